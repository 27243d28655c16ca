"""An upload's story: everything that is kept of it, in one order."""

import uuid
from datetime import timedelta

import pytest

from catalog.adapters.memory.relay_sessions import MemoryRelaySessions
from catalog.adapters.memory.store import MemoryStore
from catalog.application.outbox_records import Setback
from catalog.application.trace_upload import TraceUpload, UploadTrace
from catalog.domain.errors import (
    DatabaseUnavailableError,
    InvalidRequestError,
    UploadNotFoundError,
)
from catalog.domain.upload import Upload, UploadStatus
from tests.support.builders import a_stored_object, an_md5
from tests.support.world import World
from tests.unit.application.upkeep_over_memory import OVER, upkeep

SECOND = timedelta(seconds=1)


async def trace(world: World, upload: Upload, limit: int = 1000) -> UploadTrace:
    return await TraceUpload(world.store)(str(upload.upload_id), limit)


def spoken(trace: UploadTrace) -> list[str]:
    return [f"{line.who}: {line.what} -> {line.result}" for line in trace.story]


def sessions(world: World) -> MemoryRelaySessions:
    assert isinstance(world.store, MemoryStore)
    return MemoryRelaySessions(world.store, world.clock)


async def publish_everything(world: World) -> None:
    async with sessions(world).open() as session:
        await session.mark_published([delivery.id for _, delivery in sessions(world).rows()])


async def test_what_happened_at_one_moment_is_told_from_cause_to_effect(world: World) -> None:
    upload = await world.completed()
    told = await trace(world, upload)
    assert spoken(told) == [
        "push: object stored -> completed",
        "user: init -> insert",
        "push: finalize -> complete",
        "relay: video.upload.completed -> waiting",
        "relay: video.created -> waiting",
    ]
    assert told.upload == upload
    assert told.video is not None
    assert (told.video.video_id, told.cut) == (upload.video_id, False)


async def test_what_happened_later_is_told_later(world: World) -> None:
    upload = await world.waiting()
    world.clock.advance(SECOND)
    await world.finalize(a_stored_object(upload, md5=an_md5()))
    world.clock.advance(SECOND)
    await publish_everything(world)
    told = await trace(world, upload)
    assert spoken(told) == [
        "user: init -> insert",
        "push: object stored -> failed",
        "push: finalize -> fail",
        "gc: delete object -> waiting",
        "relay: video.upload.failed -> announced",
        "relay: video.upload.failed -> published",
    ]
    assert [line.at - told.story[0].at for line in told.story] == [
        *(SECOND * number for number in (0, 1, 1, 1, 1, 2)),
    ]


@pytest.mark.parametrize("ending", ["cancelled", "expired"])
async def test_the_event_of_an_ending_stays_in_the_story_once_it_is_published(
    world: World, ending: str
) -> None:
    upload = await world.waiting()
    if ending == "cancelled":
        await upkeep(world).cancel(upload)
    else:
        world.clock.advance(OVER)
        await upkeep(world).reap()
    await publish_everything(world)
    told = await trace(world, upload)
    assert spoken(told)[-1] == f"relay: video.upload.{ending} -> published"


async def test_events_of_a_video_that_was_there_before_are_part_of_the_story(world: World) -> None:
    user = (await world.waiting()).user_id
    video = await world.create_video(user)
    world.clock.advance(SECOND)
    upload = await world.waiting(user=user, video=video)
    await world.completed()
    await publish_everything(world)
    told = await trace(world, upload)
    assert [each.aggregate_id for each in told.events] == [video.video_id]
    assert spoken(told)[:2] == [
        "relay: video.created -> announced",
        "user: init -> insert",
    ]


async def test_a_parked_event_says_why(world: World) -> None:
    upload = await world.completed()
    async with sessions(world).open() as session:
        rows = sessions(world).rows()
        setbacks = [Setback(row[1].id, 20, 0, "INVALID_ARGUMENT", parked=True) for row in rows]
        await session.postpone(setbacks)
    last = (await trace(world, upload)).story[-1]
    assert (last.result, last.detail["reason"]) == ("parked", "INVALID_ARGUMENT")


async def test_a_forgotten_upload_keeps_its_story(world: World) -> None:
    upload = await world.completed()
    world.objects.live.clear()
    world.clock.advance(SECOND)
    await publish_everything(world)
    await upkeep(world).forget(upload)
    told = await trace(world, upload)
    assert (told.upload, told.video) == (None, None)
    assert {each.aggregate_id for each in told.events} == {upload.upload_id, upload.video_id}
    assert spoken(told)[0] == "push: object stored -> completed"
    assert "operator: forget -> replace" in spoken(told)
    assert "gc: delete object -> deleted" in spoken(told)


async def test_pushes_of_others_are_no_part_of_it_and_unexpected_ones_of_the_object_are(
    world: World,
) -> None:
    lost = await world.waiting()
    assert isinstance(world.store, MemoryStore)
    world.store.tables.uploads.clear()
    await world.finalize(a_stored_object(lost))
    world.clock.advance(SECOND)
    upload = await world.waiting(user=lost.user_id, md5=lost.md5)
    await world.completed()
    told = spoken(await trace(world, upload))
    assert told == ["push: object stored -> unknown_object", "user: init -> insert"]


async def test_a_long_story_is_cut_to_its_newest_lines_and_says_so(world: World) -> None:
    upload = await world.waiting()
    for _ in range(3):
        await world.init_again(upload)
    await world.finalize(a_stored_object(upload))
    told = await trace(world, upload, limit=2)
    assert told.cut
    assert not (await trace(world, upload, limit=5)).cut
    assert "user: init -> insert" not in spoken(told)
    assert "push: finalize -> complete" in spoken(told)
    assert told.upload is not None
    assert told.upload.status is UploadStatus.COMPLETED


async def test_what_was_never_there_or_is_no_id_is_said_so(world: World) -> None:
    with pytest.raises(UploadNotFoundError):
        await TraceUpload(world.store)(str(uuid.uuid4()))
    with pytest.raises(InvalidRequestError):
        await TraceUpload(world.store)("x")


async def test_a_database_that_is_down_is_a_passing_fault(world: World) -> None:
    upload = await world.waiting()
    assert isinstance(world.store, MemoryStore)
    world.store.available = False
    with pytest.raises(DatabaseUnavailableError):
        await trace(world, upload)
