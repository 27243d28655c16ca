"""Writers that hold their transactions open beside relays: what commits late is not passed over."""

import asyncio
import random
import time
from dataclasses import dataclass, replace

import asyncpg

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import Cancellation, HistoryEntry
from catalog.application.store import ConcurrentChangeError
from catalog.domain.upload import Decision, Upload, UploadStatus
from tests.support.builders import a_user, init_facts
from tests.support.outbox import an_outbox_record
from tests.torture.relay_story import assert_complete_and_in_order, kept
from tests.torture.relay_topic import RecordedTopic, relaying
from tests.torture.relay_writing import Writing

_HELD_SECONDS = 0.05


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
        """Make events until none are left to make."""
        while left:
            left.pop()
            while not await self._cancelled(random.choice(self.uploads)):
                pass

    async def _cancelled(self, upload: Upload) -> bool:
        """Hold the transaction open after the event's id is drawn, now and then before too."""
        try:
            async with self.store.transaction() as statements:
                locked = await statements.uploads.lock(upload.user_id, upload.upload_id)
                assert locked is not None
                now = locked.upload
                if now.status is UploadStatus.FAILED:
                    facts = init_facts(now.user_id, now.md5)
                    entry = HistoryEntry("user", "init", Decision.REPLACE)
                    now = (await statements.uploads.restart(now, facts, None, entry)).upload
                record = an_outbox_record(now.upload_id, version=now.version + 1)
                entry = HistoryEntry("user", "cancel", Decision.CANCEL)
                await statements.uploads.mark_cancelled(Cancellation(now, entry, (record,)))
                await asyncio.sleep(random.uniform(0, _HELD_SECONDS))
        except ConcurrentChangeError:
            return False
        return True


async def run(
    dsn: str, store: PostgresStore, *, rows: int, writers: int = 16, relays: int = 2
) -> GapFigures:
    """Write so many events; AssertionError when one is missed or out of order."""
    uploads, began = [await _an_upload(store) for _ in range(writers * 3)], time.monotonic()
    left: list[None] = [None] * rows
    topic, connection = RecordedTopic(), await asyncpg.connect(dsn)
    try:
        async with relaying(dsn, topic, relays):
            async with asyncio.TaskGroup() as tasks:
                for _ in range(writers):
                    tasks.create_task(Writer(store, uploads).announce(left))
            await Writing(connection, []).until_published()
        found = await kept(connection)
    finally:
        await connection.close()
    assert_complete_and_in_order(found, topic.story)
    assert len(found) == rows
    ids = {row["event_id"]: row["id"] for row in found}
    late = _late([ids[event] for event in topic.story.times])
    return GapFigures(rows, topic.story.repeats, late, time.monotonic() - began)


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
