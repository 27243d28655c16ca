"""Completions that meet other changes: decided again, never an error that repeats for ever."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

import asyncpg

from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.finalize_upload import FinalizeOutcome, FinalizeUpload
from catalog.application.records import Tombstone
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import StoredObject
from catalog.domain.video import Video, VideoStatus
from tests.integration.postgres.interruptions import InterruptedStore
from tests.integration.postgres.waits import until_waiting
from tests.support.builders import a_stored_object, a_user, an_arrival, an_md5, init_facts
from tests.support.decided import a_completion
from tests.support.world import World

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def finalize_interrupted(
    world: World, stored: StoredObject, happening: Callable[[], Awaitable[object]]
) -> FinalizeOutcome:
    store = InterruptedStore(world.store, happening)
    use_case = FinalizeUpload(store, JsonEvents(), world.policy.max_size_bytes)
    outcome = await use_case(an_arrival(stored))
    assert store.happened
    return outcome


async def two_uploads_of_one_video(world: World) -> tuple[Upload, Upload, Video]:
    """A state that the rules do not allow, as an operator's hand may leave it."""
    user = a_user()
    video = await world.create_video(user)
    first = await world.waiting(user=user, video=video)
    second = await world.waiting(user=user)
    await world.ledger.put_upload(replace(second, video_id=video.video_id))
    return first, second, video


async def test_two_uploads_of_one_video_complete_at_once(world: World) -> None:
    for _ in range(20):
        first, second, video = await two_uploads_of_one_video(world)
        outcomes = await asyncio.gather(
            *(world.finalize(a_stored_object(each)) for each in (first, second))
        )
        assert [each.effect for each in outcomes] == ["completed", "completed"]
        assert sorted(each.video_created for each in outcomes) == [False, True]
        moved = await world.ledger.video(video.video_id)
        assert (moved.status, moved.version) == (VideoStatus.PROCESSING, 2)


async def test_the_second_of_them_waits_and_then_makes_a_video(
    world: World, store: PostgresStore, pool: Pool
) -> None:
    first, second, video = await two_uploads_of_one_video(world)
    stored = a_stored_object(first)
    async with asyncio.TaskGroup() as tasks, store.transaction() as statements:
        claim = await statements.inbox.claim(an_arrival(stored))
        await statements.inbox.mark_completed(a_completion(first, stored, claim.at, video))
        other = tasks.create_task(world.finalize(a_stored_object(second)))
        await until_waiting(pool, 1)
    outcome = other.result()
    assert (outcome.effect, outcome.video_created) == ("completed", True)
    assert (await world.now(first)).video_id == video.video_id
    assert (await world.now(second)).video_id not in (None, video.video_id)


async def test_a_tombstone_that_comes_in_between_is_the_last_word(world: World) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)

    async def bury() -> None:
        async with world.store.autocommit() as statements:
            await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "sweep"))

    outcome = await finalize_interrupted(world, stored, bury)
    assert outcome.effect == "tombstoned"
    assert (await world.now(upload)).status is UploadStatus.PENDING
    assert await world.events_of(upload) == []


async def test_the_same_holds_for_a_wrong_object(world: World) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload, md5=an_md5())

    async def bury() -> None:
        async with world.store.autocommit() as statements:
            await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "sweep"))

    assert (await finalize_interrupted(world, stored, bury)).effect == "tombstoned"
    assert (await world.now(upload)).status is UploadStatus.PENDING


async def test_a_video_that_is_archived_in_between_is_left_alone(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    upload = await world.waiting(user=user, video=video)

    async def archive() -> None:
        await world.ledger.put_video(replace(video, status=VideoStatus.ARCHIVED, version=2))

    outcome = await finalize_interrupted(world, a_stored_object(upload), archive)
    assert (outcome.effect, outcome.video_created) == ("completed", True)
    assert (await world.ledger.video(video.video_id)).status is VideoStatus.ARCHIVED


async def test_a_video_that_is_edited_in_between_still_gets_its_file(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    upload = await world.waiting(user=user, video=video)

    async def edit() -> None:
        await world.ledger.put_video(replace(video, version=5))

    outcome = await finalize_interrupted(world, a_stored_object(upload), edit)
    assert (outcome.effect, outcome.video_created) == ("completed", False)
    after = await world.ledger.video(video.video_id)
    assert (after.status, after.version) == (VideoStatus.PROCESSING, 6)
    [created, completed] = await world.ledger.outbox()
    assert b'"version": 6' in completed.payload
    assert created.event_type == "video.created"


async def test_an_upload_that_is_made_in_between_is_not_unknown(world: World) -> None:
    facts = init_facts()
    stored = a_stored_object(facts)

    async def init() -> None:
        await world.init(facts.user_id, facts.md5)

    outcome = await finalize_interrupted(world, stored, init)
    assert outcome.effect == "completed"
    kept = await world.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert kept.outcome == "completed"


async def test_fifty_news_of_one_object_at_once_are_one_completion(world: World) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)
    outcomes = await asyncio.gather(*(world.finalize(stored) for _ in range(50)))
    assert sorted(each.effect for each in outcomes) == ["completed"] + ["duplicate"] * 49
    assert await world.events_of(upload) == ["video.upload.completed"]
    decided = [each.decision.value for each in await world.ledger.history(upload.upload_id)]
    assert decided == ["insert", "complete"]


async def test_events_of_one_upload_are_numbered_as_they_were_committed(
    world: World, pool: Pool
) -> None:
    uploads = [await world.failed() for _ in range(10)]
    await asyncio.gather(*(world.finalize(a_stored_object(each)) for each in uploads))
    for upload in uploads:
        assert await world.events_of(upload) == ["video.upload.failed", "video.upload.completed"]
        versions = await pool.fetch(
            "SELECT (headers ->> 'version')::int AS version FROM catalog.outbox_events"
            " WHERE aggregate_id = $1 ORDER BY id",
            uuid.UUID(str(upload.upload_id)),
        )
        numbers = [row["version"] for row in versions]
        assert numbers == sorted(numbers)
