"""Deletion queue and sweep end at every step in turn; the next run ends what they began.

The bucket is in memory, so that every step can be tried; the database is real.
Not collected by itself: `pytest tests/torture/upkeep_crashes.py` cuts connections
at every step; the suite at some, and lets the process die at every one.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import asyncpg
import pytest

from catalog.adapters.memory.objects import MemoryObjects
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import Tombstone
from catalog.application.sweep_walk import SweepMode
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.backoff import Backoff
from catalog.domain.errors import UnavailableError
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import StoredObject
from tests.support.builders import a_stored_object, an_md5, init_facts
from tests.support.dying import Died, Life, Mortal, Severed, SteppingStore, stepping_objects
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.sql_ledger import SqlLedger
from tests.support.upkeep import Upkeep
from tests.support.upkeep_site import OLD
from tests.torture.figures import Figures

__all__ = ["emptied_database", "shared_database"]

_SEVER = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
NO_LEASE = timedelta(0)
"""Over when it begins: whoever comes next need not wait for the dead."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One of everything that sweep and queue deal with, in a bucket of its own."""

    upkeep: Upkeep
    objects: MemoryObjects
    ledger: SqlLedger
    completed: Upload
    missed: Upload
    mismatched: Upload
    buried: StoredObject
    back: StoredObject
    orphan: StoredObject

    async def run(self, life: Life) -> None:
        """Sweep, then work off the queue, as far as this life goes."""
        mortal = replace(
            self.upkeep,
            store=SteppingStore(self.upkeep.store, life),
            objects=stepping_objects(self.objects, life),
        )
        await work(mortal)

    async def check(self) -> None:
        """Assert that everything ended as it must, exactly once."""
        assert set(self.objects.live) == {self.completed.ref, self.missed.ref}
        for upload in (self.completed, self.missed):
            after = await self.ledger.upload(upload.upload_id)
            assert after.status is UploadStatus.COMPLETED
            assert after.generation == self.objects.live[upload.ref].generation
            assert await self._events(upload) == ["video.upload.completed"]
            assert await self.ledger.tombstones(upload.ref) == []
        assert await self._events(self.mismatched) == ["video.upload.failed"]
        for ref in (self.mismatched.ref, self.buried.ref, self.back.ref, self.orphan.ref):
            assert [each.deleted for each in await self.ledger.tombstones(ref)] == [True]

    async def _events(self, upload: Upload) -> list[str]:
        outbox = await self.ledger.outbox()
        return [each.event_type for each in outbox if each.aggregate_id == upload.upload_id]


async def work(upkeep: Upkeep) -> None:
    """Do one whole round of what gc does."""
    await upkeep.sweep(SweepMode.DELETE, page_size=2, lease=NO_LEASE, at_once=1)
    await upkeep.delete(lease=NO_LEASE, at_once=1, backoff=Backoff(NO_LEASE, NO_LEASE))


async def a_scene(store: UpkeepStore, ledger: SqlLedger) -> Scene:
    """Make a fresh bucket and what belongs into it."""
    objects = MemoryObjects()
    upkeep = Upkeep(store, objects, at_once=1)
    completed, missed, mismatched = [await upkeep.init() for _ in range(3)]
    live = objects.put(a_stored_object(completed))
    await upkeep.finalize(live)
    objects.put(a_stored_object(missed))
    objects.put(a_stored_object(mismatched, md5=an_md5()))
    buried, back = [objects.put(a_stored_object(init_facts())) for _ in range(2)]
    async with store.autocommit() as statements:
        for stored in (live, buried, back):
            await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
        await statements.deletions.mark_deleted(back.ref, back.generation)
    orphan = objects.put(a_stored_object(init_facts()), datetime.now(UTC) - OLD)
    return Scene(upkeep, objects, ledger, completed, missed, mismatched, buried, back, orphan)


async def die_at_every_step(store: UpkeepStore, ledger: SqlLedger) -> int:
    """Let the process die at its first step, its second, ...; return how many there are."""
    for last in count(1):
        scene, life = await a_scene(store, ledger), Mortal(last)
        with suppress(Died, BaseExceptionGroup):
            await scene.run(life)
        await work(scene.upkeep)
        await scene.check()
        if not life.over:
            return life.steps
    raise AssertionError


async def lose_connections_at_every_step(
    store: UpkeepStore, ledger: SqlLedger, dsn: str, stride: int
) -> int:
    """Cut all connections at every `stride`-th step; return how many steps there are."""

    async def sever() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(_SEVER)
        finally:
            await connection.close()

    for at in count(1, stride):
        scene, life = await a_scene(store, ledger), Severed(at, sever)
        with suppress(UnavailableError):
            await scene.run(life)
        with suppress(UnavailableError):
            # The cut may show only now, in a connection that lay idle.
            await work(scene.upkeep)
        await work(scene.upkeep)
        await scene.check()
        if not life.over:
            return life.steps
    raise AssertionError


@pytest.fixture
def database(emptied_database: str) -> str:
    return emptied_database


@pytest.mark.timeout(600)
async def test_process_and_connections_may_be_lost_at_every_step(
    store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]", database: str, figures: Figures
) -> None:
    ledger = SqlLedger(pool)
    deaths = await die_at_every_step(store, ledger)
    losses = await lose_connections_at_every_step(store, ledger, database, stride=1)
    figures.record(
        9,
        "sweep and deletion queue ended at each step in turn, then run again",
        steps_died_at=deaths,
        steps_cut_at=losses,
    )
    assert min(deaths, losses) > 50
