"""Whoever decides on an upload waits for whoever is changing it, and then sees the change."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import Tombstone
from catalog.application.store import Uploads
from catalog.domain.upload import Upload, UploadStatus
from tests.integration.postgres.waits import until_waiting
from tests.support.builders import a_stored_object, an_arrival
from tests.support.decided import a_completion
from tests.support.world import World

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Lock = Callable[[Uploads, Upload], Awaitable[Upload | None]]
CHANGE = "UPDATE catalog.uploads SET version = 7 WHERE upload_id = $1"


async def by_user_and_content(uploads: Uploads, upload: Upload) -> Upload | None:
    timed = await uploads.lock_by_user_md5(upload.user_id, upload.md5)
    return timed.upload if timed else None


async def by_object(uploads: Uploads, upload: Upload) -> Upload | None:
    return await uploads.lock_by_object(upload.ref)


@pytest.mark.parametrize("lock", [by_user_and_content, by_object])
async def test_a_locked_upload_is_as_its_last_writer_left_it(
    world: World, store: PostgresStore, pool: Pool, lock: Lock
) -> None:
    upload = await world.waiting()

    async def look() -> Upload | None:
        async with store.transaction() as statements:
            return await lock(statements.uploads, upload)

    async with asyncio.TaskGroup() as tasks, pool.acquire() as other, other.transaction():
        await other.execute(CHANGE, upload.upload_id)
        looking = tasks.create_task(look())
        await until_waiting(pool, 1)
    seen = looking.result()
    assert seen is not None
    assert seen.version == 7


async def test_an_object_whose_upload_is_just_completing_with_it_is_not_deleted(
    world: World, store: PostgresStore, pool: Pool
) -> None:
    """The delete rule reads the upload under its lock: its bytes stay, the tombstone goes."""
    upload = await world.waiting()
    live = world.objects.put(a_stored_object(upload))
    async with asyncio.TaskGroup() as tasks, store.transaction() as statements:
        claim = await statements.inbox.claim(an_arrival(live))
        applied = await statements.inbox.mark_completed(a_completion(upload, live, claim.at))
        assert applied.uploads == 1
        async with store.autocommit() as others:
            await others.deletions.bury(Tombstone(live.ref, live.generation, "sweep"))
        removing = tasks.create_task(world.removal.remove(live.ref, live.generation))
        await until_waiting(pool, 1)
    assert removing.result() is False
    assert world.objects.live[upload.ref] == live
    assert await world.ledger.tombstones(upload.ref) == []
    assert (await world.now(upload)).status is UploadStatus.COMPLETED
