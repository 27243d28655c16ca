"""Events are numbered in the order of their upload's changes, and never seen without the change."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import HistoryEntry
from catalog.application.upkeep_records import Expiry
from catalog.domain.upload import Decision, UploadStatus
from tests.integration.postgres.waits import until_waiting
from tests.support.builders import a_stored_object, a_user
from tests.support.decided import an_event_record
from tests.support.world import World

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
LOCK_VIDEO = "SELECT 1 FROM catalog.videos WHERE video_id = $1 FOR UPDATE"
EXPIRED = HistoryEntry("reaper", "expire", Decision.EXPIRE)


async def test_an_event_is_numbered_after_those_that_its_upload_had_meanwhile(
    world: World, store: PostgresStore, pool: Pool
) -> None:
    """A completion that began before an expiry, and had to wait for it, comes after it."""
    upload = await world.waiting()
    expired = an_event_record(upload.upload_id, "video.upload.expired")
    async with asyncio.TaskGroup() as tasks, store.transaction() as statements:
        locked = await statements.endings.lock_by_id(upload.upload_id)
        assert locked is not None
        completing = tasks.create_task(world.finalize(a_stored_object(upload)))
        await until_waiting(pool, 1)
        await statements.endings.mark_expired(Expiry(locked.upload, EXPIRED, (expired,)))
    assert completing.result().effect == "completed"
    assert await world.events_of(upload) == ["video.upload.expired", "video.upload.completed"]


async def test_a_completion_that_is_taken_back_has_announced_nothing(
    world: World, pool: Pool
) -> None:
    user = a_user()
    video = await world.create_video(user)
    upload = await world.waiting(user=user, video=video)
    async with pool.acquire() as other, other.transaction():
        await other.execute(LOCK_VIDEO, video.video_id)
        caller = asyncio.create_task(world.finalize(a_stored_object(upload)))
        await until_waiting(pool, 1)
        seen_meanwhile = await world.events_of(upload)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    assert seen_meanwhile == []
    assert await world.events_of(upload) == []
    assert (await world.now(upload)).status is UploadStatus.PENDING
