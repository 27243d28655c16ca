"""Writers that hold their transactions open beside relays: what commits late is not passed over."""

import asyncio
import random
import time
from dataclasses import dataclass, replace

import asyncpg
import pytest

from catalog.adapters.postgres.pool import open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import Cancellation, HistoryEntry
from catalog.application.store import ConcurrentChangeError, Statements
from catalog.domain.upload import Decision, Upload, UploadStatus
from tests.support.builders import a_user, init_facts
from tests.support.outbox import an_outbox_record
from tests.support.postgres import pool_settings
from tests.torture.figures import Figures
from tests.torture.relay_story import assert_complete_and_in_order, kept
from tests.torture.relay_topic import RecordedTopic, relaying
from tests.torture.relay_writing import Writing

_HELD_SECONDS = 0.05
_MOST_AT_ONCE, _MOST_OF_A_CHANGE = 4, 2


@dataclass(frozen=True, slots=True)
class GapFigures:
    """What was measured."""

    rows: int
    repeats: int
    late: int
    """Events whose id is lower than one that was delivered before them: what a cursor loses."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Writer:
    """Cancels uploads and starts them anew, by the statements that the service uses."""

    store: PostgresStore
    uploads: list[Upload]

    async def announce(self, left: list[None]) -> None:
        """Make events until none are left to make, some in each transaction."""
        while left:
            events = min(len(left), random.randint(1, _MOST_AT_ONCE))
            del left[-events:]
            while not await self._cancelled(random.choice(self.uploads), events):
                pass

    async def _cancelled(self, upload: Upload, events: int) -> bool:
        """Hold the transaction open after the events' ids are drawn, now and then before too."""
        try:
            async with self.store.transaction() as statements:
                for told in range(0, events, _MOST_OF_A_CHANGE):
                    await _cancel(statements, upload, min(_MOST_OF_A_CHANGE, events - told))
                await asyncio.sleep(random.uniform(0, _HELD_SECONDS))
        except ConcurrentChangeError:
            return False
        return True


async def _cancel(statements: Statements, upload: Upload, events: int) -> None:
    """Cancel an upload, started anew where it was cancelled before."""
    locked = await statements.uploads.lock(upload.user_id, upload.upload_id)
    assert locked is not None
    now = locked.upload
    if now.status is UploadStatus.FAILED:
        facts = init_facts(now.user_id, now.md5)
        entry = HistoryEntry("user", "init", Decision.REPLACE)
        now = (await statements.uploads.restart(now, facts, None, entry)).upload
    first = (now.version + 1) * _MOST_OF_A_CHANGE
    records = tuple(
        an_outbox_record(now.upload_id, version=first + number) for number in range(events)
    )
    entry = HistoryEntry("user", "cancel", Decision.CANCEL)
    await statements.uploads.mark_cancelled(Cancellation(now, entry, records))


async def run(dsn: str, *, rows: int, writers: int = 24, relays: int = 2) -> GapFigures:
    """Write so many events; AssertionError when one is missed or out of order."""
    topic, connection, began = RecordedTopic(), await asyncpg.connect(dsn), time.monotonic()
    try:
        async with relaying(dsn, topic, relays):
            await _write(dsn, rows, writers)
            await Writing(connection, []).until_published()
        found = await kept(connection)
    finally:
        await connection.close()
    assert_complete_and_in_order(found, topic.story)
    assert len(found) == rows
    ids = {row["event_id"]: row["id"] for row in found}
    late = _late([ids[event] for event in topic.story.times])
    return GapFigures(rows, topic.story.repeats, late, time.monotonic() - began)


async def _write(dsn: str, rows: int, writers: int) -> None:
    left: list[None] = [None] * rows
    async with open_pool(pool_settings(dsn, size=writers)) as pool:
        store = PostgresStore(pool, acquire_timeout_seconds=20)
        uploads = [await _an_upload(store) for _ in range(writers * 3)]
        async with asyncio.TaskGroup() as tasks:
            for _ in range(writers):
                tasks.create_task(Writer(store, uploads).announce(left))


async def _an_upload(store: PostgresStore) -> Upload:
    async with store.autocommit() as statements:
        entry = HistoryEntry("user", "init", Decision.INSERT)
        made = await statements.uploads.insert_by_user_md5(init_facts(a_user()), entry)
    assert made is not None
    return replace(made.upload)


def _late(ids: list[int]) -> int:
    highest, late = 0, 0
    for number in ids:
        late += number < highest
        highest = max(highest, number)
    return late


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(1, 6))
async def test_no_row_of_forty_thousand_is_passed_over(
    database: str, figures: Figures, number: int
) -> None:
    found = await run(database, rows=40_000)
    figures.record(
        3,
        f"writers that hold transactions open beside two relays, run {number} of 5",
        rows=found.rows,
        missed=0,
        out_of_order=0,
        delivered_after_a_higher_id=found.late,
        repeats=found.repeats,
        seconds=round(found.seconds, 1),
    )
    assert found.late > 1_000, "no transaction was overtaken: the scenario shows nothing"
