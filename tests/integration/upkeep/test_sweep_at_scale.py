"""Five thousand names: one list call and one query a page, in memory that does not grow."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.sweep_walk import SweepMode, SweepResult
from catalog.domain.sweep import OrphanLimit
from catalog.emulator import Emulator
from catalog.emulator.objects import ObjectHeaders, StoredObject
from tests.support.builders import BUCKET
from tests.support.upkeep_site import OLD, Site
from tests.torture.upkeep_scale import (
    NumberedObjects,
    counted_sweep,
    generation_of,
    measured_sweep,
    name_of,
    seed_rows,
)

NAMES = 5_000
PAGE = 250


@pytest.fixture
def crowded(site: Site) -> Site:
    """A bucket of five thousand objects, all older than any session; their bytes are nowhere."""
    for number in range(1, NAMES + 1):
        site.emulator.objects._replace(an_object(number))
    return site


def an_object(number: int) -> StoredObject:
    return StoredObject(
        bucket=BUCKET,
        name=name_of(number),
        generation=generation_of(number),
        size=1,
        md5=bytes(16),
        crc32c=bytes(4),
        headers=ObjectHeaders("video/mp4"),
        created_at=datetime.now(UTC) - OLD,
        file=Path("/nowhere"),
    )


async def test_a_walk_costs_one_list_call_and_one_query_a_page(crowded: Site) -> None:
    await seed_rows(crowded.pool, 1, NAMES)
    result, calls = await counted_sweep(
        crowded.upkeep.store, crowded.upkeep.objects, page_size=PAGE
    )
    assert result.counts == {"objects": NAMES, "kept": NAMES}
    pages = calls.pop("sweeps.look_up")
    asked = Counter(each.kind for each in crowded.emulator.requests.entries())
    assert asked == {"list": pages}
    assert pages <= NAMES / (PAGE - 1) + 1
    assert calls == {"sweeps.begin": 1, "findings.drop_unseen": 1, "sweeps.finish": 1}


async def test_a_walk_takes_no_more_memory_than_a_few_pages(
    store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await seed_rows(pool, 1, NAMES)
    measured = await measured_sweep(store, NumberedObjects(NAMES), page_size=PAGE)
    assert measured.result.counts == {"objects": NAMES, "kept": NAMES}
    assert max(measured.peaks[2:]) < 1.5 * min(measured.peaks[2:])


async def test_a_database_that_is_not_of_this_bucket_empties_nothing(crowded: Site) -> None:
    """A wrong one knows no object, one of last month half of them, the right one nearly all."""
    limit = OrphanLimit(max_fraction=0.1, min_objects=2 * PAGE)

    async def swept() -> SweepResult:
        return await crowded.upkeep.sweep(SweepMode.DELETE, page_size=PAGE, limit=limit)

    wrong = await swept()
    assert (wrong.state, wrong.too_many_orphans) == ("refused", True)
    assert wrong.counts["objects"] <= 3 * PAGE
    await seed_rows(crowded.pool, 1, NAMES // 2)
    last_month = await swept()
    assert last_month.state == "refused"
    assert last_month.counts["kept"] == NAMES // 2
    assert objects_in(crowded.emulator) == NAMES
    assert await tombstones(crowded.pool) == 0
    await seed_rows(crowded.pool, NAMES // 2 + 1, NAMES - 40)
    right = await swept()
    assert (right.state, right.counts["deleted"]) == ("finished", 40)
    assert objects_in(crowded.emulator) == NAMES - 40


def objects_in(emulator: Emulator) -> int:
    return len(list(emulator.objects))


async def tombstones(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    return int(await pool.fetchval("SELECT count(*) FROM catalog.object_deletions"))
