"""A sweep of many names: one list call and one query a page, in memory that does not grow.

Not collected by itself: `pytest tests/torture/upkeep_scale.py` runs the large
size over a bucket that is counted and not stored; the suite walks the
emulated one.
"""

import gc
import hashlib
import time
import tracemalloc
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
import pytest

from catalog.adapters.memory.objects import MemoryObjects
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.sweep_walk import SweepMode, SweepResult, SweepRun
from catalog.application.upkeep_records import ListedObject, ObjectPage
from catalog.application.upkeep_store import UpkeepStatements, UpkeepStore
from catalog.domain.sweep import OrphanLimit
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject
from tests.support.builders import BUCKET
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.upkeep import Storage, Upkeep
from tests.support.upkeep_site import OLD
from tests.torture.figures import Figures

__all__ = ["emptied_database", "shared_database"]

LARGE = 1_000_000
_COMPLETED = """
INSERT INTO catalog.uploads (
    user_id, bucket, object_name, original_filename, content_type, content_md5, status,
    gcs_generation, session_expires_at, completed_at
)
SELECT
    lpad(to_hex(i), 32, '0')::uuid, $1,
    'videos/' || lpad(to_hex(i), 32, '0')::uuid || '/' || md5(i::text),
    'holiday.mp4', 'video/mp4', md5(i::text), 'completed', (1000000 + i)::text, now(), now()
FROM generate_series($2::int, $3::int) AS i
"""


def name_of(number: int) -> str:
    """Name of the object that row `number` of the seed completed with."""
    return f"videos/{uuid.UUID(int=number)}/{hashlib.md5(str(number).encode()).hexdigest()}"


def generation_of(number: int) -> Generation:
    return Generation(1_000_000 + number)


async def seed_rows(pool: "asyncpg.Pool[asyncpg.Record]", first: int, last: int) -> None:
    """Make completed uploads, 50,000 a statement."""
    for start in range(first, last + 1, 50_000):
        await pool.execute(_COMPLETED, BUCKET, start, min(start + 49_999, last), timeout=120)


class NumberedObjects(MemoryObjects):
    """A bucket of the objects 1 to `size`, none of which is kept anywhere."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.lists = 0

    async def page(
        self,
        bucket: str,
        *,
        prefix: str,
        limit: int,
        after: str | None = None,
        upto: str | None = None,
    ) -> ObjectPage:
        self.lists += 1
        first = uuid.UUID(after.split("/")[1]).int + 1 if after else 1
        numbers = range(first, min(first + limit, self.size + 1))
        at = datetime.now(UTC) - OLD
        objects = [ListedObject(_numbered(number), at) for number in numbers]
        return ObjectPage(objects, more=first + limit <= self.size)


def _numbered(number: int) -> StoredObject:
    name = name_of(number)
    ref, md5 = ObjectRef(BUCKET, name), Md5(name.rsplit("/", 1)[1])
    return StoredObject(ref, generation_of(number), 1000, md5, "AAAAAA==", "etag", "video/mp4")


@dataclass(frozen=True, slots=True)
class CountingStore:
    """Counts statements by their name."""

    store: UpkeepStore
    calls: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[UpkeepStatements]:
        async with self.store.autocommit() as statements:
            yield cast("UpkeepStatements", _Counted(statements, self.calls))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UpkeepStatements]:
        async with self.store.transaction() as statements:
            yield cast("UpkeepStatements", _Counted(statements, self.calls))


class _Counted:
    def __init__(self, counted: Any, calls: Counter[str], name: str = "") -> None:
        self._counted, self._calls, self._name = counted, calls, name

    def __getattr__(self, name: str) -> Any:
        if not self._name:
            return _Counted(getattr(self._counted, name), self._calls, name)
        method: Callable[..., Awaitable[Any]] = getattr(self._counted, name)
        self._calls[f"{self._name}.{name}"] += 1
        return method


@dataclass(frozen=True, slots=True)
class Measured:
    """A walk and what it took."""

    result: SweepResult
    calls: Counter[str]
    peaks: Sequence[int]
    """The most memory of each page, in bytes, beside what there was at the start."""


async def counted_sweep(
    store: UpkeepStore, objects: Storage, *, page_size: int
) -> tuple[SweepResult, Counter[str]]:
    """Sweep and count the statements."""
    counting = CountingStore(store)
    result = await Upkeep(counting, objects).bucket_sweep(page_size=page_size)(SweepRun())
    return result, counting.calls


async def measured_sweep(store: UpkeepStore, objects: Storage, *, page_size: int) -> Measured:
    """Sweep and measure. Tracing memory makes it several times slower."""
    counting, peaks = CountingStore(store), list[int]()
    sweep = Upkeep(counting, objects).bucket_sweep(page_size=page_size)

    def progress(_position: str, _counts: Mapping[str, int]) -> None:
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
        # What Google's library leaves in circles is no page's doing.
        gc.collect()
        tracemalloc.reset_peak()

    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        result = await sweep(SweepRun(progress=progress))
    finally:
        tracemalloc.stop()
    return Measured(result, counting.calls, peaks)


@pytest.fixture
def database(emptied_database: str) -> str:
    return emptied_database


@pytest.mark.timeout(1800)
async def test_a_million_names_take_one_query_a_page_and_no_more_memory_than_a_few(
    store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]", figures: Figures
) -> None:
    await seed_rows(pool, 1, LARGE)
    objects, began = NumberedObjects(LARGE), time.monotonic()
    measured = await measured_sweep(store, objects, page_size=1000)
    figures.record(
        9,
        "sweep of a large bucket, its memory traced",
        names=measured.result.counts["objects"],
        lists=objects.lists,
        page_queries=measured.calls["sweeps.look_up"],
        other_statements=measured.calls.total() - measured.calls["sweeps.look_up"],
        smallest_page_peak_mib=round(min(measured.peaks[2:]) / 2**20, 2),
        largest_page_peak_mib=round(max(measured.peaks[2:]) / 2**20, 2),
        run_seconds=round(time.monotonic() - began, 1),
    )
    assert measured.result.counts == {"objects": LARGE, "kept": LARGE}
    assert objects.lists == measured.calls["sweeps.look_up"] == LARGE // 1000
    assert measured.calls.total() == LARGE // 1000 + 3
    assert max(measured.peaks[2:]) < 1.5 * min(measured.peaks[2:])


@pytest.mark.timeout(600)
async def test_a_million_names_without_rows_are_not_believed(
    store: PostgresStore, figures: Figures
) -> None:
    objects = NumberedObjects(LARGE)
    limit = OrphanLimit(max_fraction=0.05, min_objects=1000)
    result = await Upkeep(store, objects).sweep(SweepMode.DELETE, limit=limit)
    figures.record(
        9,
        "the same bucket with an empty database",
        outcome=result.state,
        names_seen=result.counts["objects"],
        deleted=len(objects.deleted),
    )
    assert (result.state, result.counts["objects"]) == ("refused", 1000)
    assert objects.deleted == []
