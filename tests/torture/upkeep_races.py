"""Every delete against everything that may make the object live after all.

Not collected by itself: `pytest tests/torture/upkeep_races.py` runs the large
size; the suite calls `races` with the small one.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from catalog.application.sweep_walk import SweepMode
from catalog.application.upkeep_records import ObjectPage
from catalog.application.upkeep_store import UpkeepStatements, UpkeepStore
from catalog.domain.errors import UnavailableError
from catalog.domain.upload import Phase, Upload
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject, UserId
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.upkeep import Storage
from tests.support.upkeep_site import Site, site
from tests.torture.figures import Figures

__all__ = ["emptied_database", "shared_database", "site"]

LARGE = 5_000
ROUND = 30
"""Races of a round run beside each other; a third of them against each kind of delete."""


@dataclass(slots=True)
class WatchedObjects:
    """The bucket, remembering what was really deleted."""

    objects: Storage
    deleted: set[tuple[ObjectRef, Generation]] = field(default_factory=set)

    async def delete(self, ref: ObjectRef, generation: Generation) -> bool:
        gone = await self.objects.delete(ref, generation)
        if gone:
            self.deleted.add((ref, generation))
        return gone

    async def stat(self, ref: ObjectRef) -> StoredObject | None:
        return await self.objects.stat(ref)

    async def page(
        self,
        bucket: str,
        *,
        prefix: str,
        limit: int,
        after: str | None = None,
        upto: str | None = None,
    ) -> ObjectPage:
        return await self.objects.page(bucket, prefix=prefix, limit=limit, after=after, upto=upto)


@dataclass(frozen=True, slots=True)
class SlowCommits:
    """A store whose statements take their time between what they saw and their commit."""

    store: UpkeepStore
    rng: random.Random

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[UpkeepStatements]:
        async with self.store.transaction() as statements:
            yield statements
            await asyncio.sleep(self.rng.uniform(0, 0.06))

    def transaction(self) -> AbstractAsyncContextManager[UpkeepStatements]:
        return self.store.transaction()


@dataclass(frozen=True, slots=True)
class Raced:
    """What a run of races came to."""

    races: int
    live_objects_deleted: int
    completed_without_object: int
    completed_in_races: int
    deletes_in_races: int


@dataclass(frozen=True, slots=True)
class Races:
    site: Site
    rng: random.Random
    watched: WatchedObjects

    async def round(self) -> None:
        """Race `ROUND` uploads against queue, Init and orphan sweep, then let things settle."""
        third = ROUND // 3
        queued = [await self._cancelled_with_object() for _ in range(third)]
        failed = [await self._failed_with_object() for _ in range(third)]
        with self.site.long_ago():
            orphans = [self.site.put_orphan() for _ in range(third)]
        await asyncio.gather(
            self._queue(),
            self._orphan_sweep(),
            *(self._late(self._again, each) for each in queued),
            *(self._late(self._news, each) for each in queued),
            *(self._late(self._again, each) for each in failed),
            *(self._late(self._news, each) for each in failed),
            *(self._adoption(*each) for each in orphans),
        )

    async def settle(self) -> None:
        """Work off what is left, so that only what the races did is judged."""
        await self.site.pool.execute(
            "UPDATE catalog.object_deletions SET not_before = now() WHERE deleted_at IS NULL"
        )
        await self.site.work_off_deletions()

    async def _cancelled_with_object(self) -> Upload:
        upload = await self.site.upload()
        self.site.put(upload)
        await self.site.upkeep.cancel(upload)
        await self._news(upload)
        return upload

    async def _failed_with_object(self) -> Upload:
        upload = await self.site.upload()
        await self.site.pool.execute(
            "UPDATE catalog.uploads SET status = 'failed', error_code = 'SESSION_EXPIRED',"
            " version = version + 1 WHERE upload_id = $1",
            upload.upload_id,
        )
        self.site.put(upload)
        return upload

    async def _queue(self) -> None:
        for _ in range(6):
            await self.site.upkeep.delete(batch=ROUND)
            await asyncio.sleep(self.rng.uniform(0, 0.02))

    async def _orphan_sweep(self) -> None:
        """Sweep with slow commits: that is when a row appears beside a tombstone."""
        await asyncio.sleep(self.rng.uniform(0, 0.05))
        slowly = replace(self.site.upkeep, store=SlowCommits(self.site.upkeep.store, self.rng))
        result = await slowly.sweep(SweepMode.DELETE, page_size=1000)
        assert result.state == "finished"

    async def _late(self, act: Callable[[Upload], Awaitable[None]], upload: Upload) -> None:
        await asyncio.sleep(self.rng.uniform(0, 0.25))
        await act(upload)

    async def _news(self, upload: Upload) -> None:
        """Tell of whatever is there, twice: late news and their repeat."""
        stored = self.site.told_of(upload.ref)
        await asyncio.sleep(self.rng.uniform(0, 0.01))
        if stored is not None:
            for _ in range(2):
                await self.site.upkeep.finalize(stored)

    async def _again(self, upload: Upload) -> None:
        """Init again, send the bytes as a phone would, and tell of them."""
        try:
            after = await self.site.upkeep.init(upload.user_id, upload.md5)
        except UnavailableError:
            return
        if after.phase is Phase.WAITING:
            await asyncio.sleep(self.rng.uniform(0, 0.01))
            self.site.put_if_absent(after)
            await self._news(after)

    async def _adoption(self, ref: ObjectRef, md5: Md5) -> None:
        """Init for the content of an orphan; late news make it the upload's at once."""
        stored = self.site.told_of(ref)
        await asyncio.sleep(self.rng.uniform(0, 0.3))
        user = UserId(UUID(ref.name.split("/")[1]))
        upload = await self.site.upkeep.init(user, md5)
        if stored is not None:
            await self.site.upkeep.finalize(stored)
        await self._again(upload)


async def races(site: Site, size: int, seed: int) -> Raced:
    """Run at least `size` races and count what must never happen."""
    watched = WatchedObjects(site.upkeep.objects)
    upkeep = replace(site.upkeep, objects=watched)
    field_of_races = Races(replace(site, upkeep=upkeep), random.Random(seed), watched)
    run = 0
    while run < size:
        await field_of_races.round()
        run += ROUND
    in_races = len(watched.deleted)
    await field_of_races.settle()
    completed = [each for each in await site.ledger.uploads() if each.phase is Phase.COMPLETED]
    return Raced(
        races=run,
        live_objects_deleted=sum(
            (each.ref, each.generation) in watched.deleted for each in completed
        ),
        completed_without_object=len(await site.without_object()),
        completed_in_races=len(completed),
        deletes_in_races=in_races,
    )


@pytest.fixture
def database(emptied_database: str) -> str:
    return emptied_database


@pytest.mark.timeout(1800)
async def test_five_thousand_races_delete_no_live_object(site: Site, figures: Figures) -> None:
    began = time.monotonic()
    raced = await races(site, LARGE, seed=random.getrandbits(32))
    figures.record(
        8,
        "queue, Init and orphan sweep against late news, Init again and adoption",
        races=raced.races,
        deleted_in_races=raced.deletes_in_races,
        completed=raced.completed_in_races,
        live_objects_deleted=raced.live_objects_deleted,
        completed_without_object=raced.completed_without_object,
        run_seconds=round(time.monotonic() - began, 1),
    )
    assert (raced.live_objects_deleted, raced.completed_without_object) == (0, 0)
    # Neither side won them all, or nothing was raced.
    assert min(raced.completed_in_races, raced.deletes_in_races) > LARGE / 5
