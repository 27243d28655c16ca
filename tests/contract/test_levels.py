"""What waits, and for how long, as every implementation counts it."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from catalog.adapters.memory.levels import MemoryLevels
from catalog.adapters.memory.relay_sessions import MemoryRelaySessions
from catalog.adapters.memory.store import MemoryStore
from catalog.adapters.postgres.levels import PostgresLevels
from catalog.application.levels import LevelReader, Levels, LevelTerms
from catalog.application.outbox_ports import RelaySessions
from catalog.application.records import OutboxRecord, Quarantined, Tombstone
from catalog.application.upkeep_records import SweepTurn
from catalog.domain.values import StoredObject
from catalog.runtime.clock import SystemClock
from tests.contract.relays import Relays, a_setback
from tests.contract.subject import Subject
from tests.support.announcing import relay_sessions
from tests.support.builders import BUCKET, a_stored_object, init_facts
from tests.support.memory_ledger import MemoryLedger
from tests.support.outbox import an_outbox_record
from tests.support.sql_ledger import SqlLedger

LIFE = timedelta(days=7, minutes=15)
TERMS = LevelTerms(LIFE, stuck_after=2, buckets=frozenset({BUCKET, "second"}))
NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Site:
    subject: Subject
    relays: Relays
    reader: LevelReader

    async def read(self, **terms: object) -> Levels:
        return await self.reader.read(replace(TERMS, **terms))  # type: ignore[arg-type]  # of any field

    async def walk(self, name: str, outcome: Literal["finished", "refused"] | None = None) -> None:
        """Begin a walk and let it end so, or leave it under way."""
        turn = SweepTurn(name, uuid.uuid4(), timedelta(minutes=5), None, {})
        async with self.subject.store.autocommit() as statements:
            started = await statements.sweeps.begin(
                name, turn.owner, lease=turn.lease, every=NOW, restart=False
            )
            assert started is not None
            if outcome is not None:
                await statements.sweeps.finish(turn, outcome)

    async def bury(self, failures: int, *, deleted: bool = False) -> None:
        stored = a_stored_object(init_facts())
        async with self.subject.store.autocommit() as statements:
            await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
            for _ in range(failures):
                await statements.deletion_queue.postpone(stored.ref, stored.generation, NOW, "X")
            if deleted:
                await statements.deletions.mark_deleted(stored.ref, stored.generation)


@pytest.fixture(params=["memory", "postgres"])
def site(request: pytest.FixtureRequest) -> Site:
    """Both implementations, empty."""
    sessions: RelaySessions
    if request.param == "memory":
        memory = MemoryStore(SystemClock())
        sessions = MemoryRelaySessions(memory, SystemClock())
        return Site(
            Subject(memory, MemoryLedger(memory)),
            Relays(memory, sessions),
            MemoryLevels(memory, SystemClock()),
        )
    store, sessions = (
        request.getfixturevalue("store"),
        relay_sessions(request.getfixturevalue("database"), session_timeout=30),
    )
    ledger = SqlLedger(request.getfixturevalue("pool"))
    return Site(Subject(store, ledger), Relays(store, sessions), PostgresLevels(store))


async def test_nothing_at_all_is_nothing(site: Site) -> None:
    levels = await site.read()
    assert not any(levels.waiting.values())
    assert not any(levels.tombstones.values())
    assert levels == replace(Levels(), waiting=levels.waiting, tombstones=levels.tombstones)


@pytest.mark.parametrize(
    ("minutes", "age"),
    [
        (14, "under_15m"),
        (16, "under_1h"),
        (61, "under_1d"),
        (1441, "under_7d"),
        (10081, "over_7d"),
    ],
)
async def test_waiting_uploads_are_counted_by_their_age(site: Site, minutes: int, age: str) -> None:
    await site.subject.upload()
    await site.subject.completed_upload()
    await site.subject.failed_upload()
    # As if the upload had begun so much earlier.
    levels = await site.read(session_life=LIFE + timedelta(minutes=minutes))
    assert {name: count for name, count in levels.waiting.items() if count} == {age: 1}


async def test_a_deadline_that_passed_shows_by_how_much_and_one_to_come_as_nothing(
    site: Site,
) -> None:
    await site.subject.upload(session_life=LIFE)
    assert (await site.read()).oldest_overdue == 0
    for hours in (1, 3, 2):
        await site.subject.upload(session_life=timedelta(hours=-hours))
    assert (await site.read()).oldest_overdue == pytest.approx(3 * 3600, abs=60)


def written(ago: float, of: OutboxRecord | None = None) -> OutboxRecord:
    record = an_outbox_record(of.aggregate_id if of else None)
    return replace(record, occurred_at=datetime.now(UTC) - timedelta(seconds=ago))


async def test_an_event_that_waits_has_an_age_unless_a_parked_one_holds_it_back(
    site: Site,
) -> None:
    bad = written(900)
    [parked] = await site.relays.announced(bad)
    await site.relays.announced(written(800, bad), written(300), written(200))
    assert (await site.read()).oldest_event == pytest.approx(900, abs=60)
    async with site.relays.sessions.open() as session:
        await session.postpone([a_setback(parked, parked=True)])
    levels = await site.read()
    assert (levels.outbox_backlog, levels.outbox_parked) == (3, 1)
    assert levels.oldest_event == pytest.approx(300, abs=60)


async def test_what_is_published_or_skipped_waits_no_more(site: Site) -> None:
    [out, given_up] = await site.relays.announced(written(500), written(400))
    async with site.relays.sessions.open() as session:
        await session.mark_published([out.id])
        await session.postpone([a_setback(given_up, parked=True)])
    async with site.subject.store.autocommit() as statements:
        assert await statements.outbox.skip(given_up.record.event_id)
    levels = await site.read()
    assert (levels.outbox_backlog, levels.outbox_parked, levels.oldest_event) == (0, 0, 0)


async def test_pushes_set_aside_and_objects_of_nobody_are_counted(site: Site) -> None:
    strange: list[StoredObject] = [a_stored_object(init_facts()) for _ in range(2)]
    for stored in strange:
        await site.subject.claim(stored)
    async with site.subject.store.autocommit() as statements:
        for stored in strange:
            await statements.inbox.mark_unknown(stored)
        await statements.inbox.quarantine(Quarantined("msg:1", "1", b"{", "not_json"))
    await site.subject.completed_upload()
    levels = await site.read()
    assert (levels.quarantined, levels.unknown) == (1, 2)


async def test_tombstones_are_stuck_once_they_failed_too_often(site: Site) -> None:
    for failures in (0, 1, 2, 3):
        await site.bury(failures)
    await site.bury(3, deleted=True)
    assert dict((await site.read()).tombstones) == {"queued": 2, "stuck": 2, "done": 1}


async def test_walks_show_by_kind_and_those_that_only_report_or_are_over_for_good_do_not(
    site: Site,
) -> None:
    await site.walk(f"bucket/{BUCKET}/report", "finished")
    await site.walk("bucket/given-up/repair", "refused")
    assert (await site.read()).sweep_ages == {}
    for name in ("completed", "waiting/repair", f"bucket/{BUCKET}/repair", "bucket/second/delete"):
        await site.walk(name, "finished")
    levels = await site.read()
    assert set(levels.sweep_ages) == {"completed", "waiting", "bucket"}
    assert all(0 <= age < 60 for age in levels.sweep_ages.values())
    assert not levels.sweep_refused


async def test_a_refusal_shows_until_the_next_walk_there_ends_well_in_whatever_mode(
    site: Site,
) -> None:
    await site.walk(f"bucket/{BUCKET}/delete", "refused")
    await site.walk("bucket/second/delete", "finished")
    assert (await site.read()).sweep_refused
    await site.walk(f"bucket/{BUCKET}/repair", "finished")
    assert not (await site.read()).sweep_refused


async def test_a_walk_that_never_ended_counts_from_its_start(site: Site) -> None:
    await site.walk("waiting/repair")
    assert (await site.read()).sweep_ages["waiting"] == pytest.approx(0, abs=60)
