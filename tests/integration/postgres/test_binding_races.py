"""Bindings that meet each other: no deadlock, and never two waiting holders of one video."""

import asyncio
import random
from collections import Counter

from catalog.domain.errors import PreconditionError, VideoHeldError
from catalog.domain.upload import Phase, Upload
from catalog.domain.video import Video
from tests.support.builders import a_stored_object, a_user
from tests.support.world import World


async def attempted(call: object) -> str:
    """Await a call and name how it ended; anything but a refusal of the rules is a failure."""
    assert asyncio.iscoroutine(call)
    try:
        await call
    except PreconditionError as refusal:
        return type(refusal).__name__
    return "done"


async def assert_held_once(world: World, *videos: Video) -> None:
    uploads = await world.ledger.uploads()
    holders = Counter(each.video_id for each in uploads if each.phase is Phase.WAITING)
    assert all(holders[video.video_id] <= 1 for video in videos)


async def test_two_uploads_reach_for_one_video_and_one_gets_it(world: World) -> None:
    for _ in range(15):
        user = a_user()
        video = await world.create_video(user)
        uploads = [await world.waiting(user=user) for _ in range(2)]
        ends = await asyncio.gather(*(attempted(world.bind(each, video)) for each in uploads))
        assert sorted(ends) == sorted(["done", VideoHeldError.__name__])
        await assert_held_once(world, video)


async def test_many_first_inits_reach_for_one_video_and_one_gets_it(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    ends = await asyncio.gather(*(attempted(world.init(user, video=video)) for _ in range(20)))
    assert Counter(ends) == {"done": 1, VideoHeldError.__name__: 19}
    assert len(await world.ledger.uploads()) == 1


async def test_one_content_with_one_video_at_once_is_one_upload(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    upload = await world.waiting(user=user)
    answers = await asyncio.gather(*(world.init_again(upload, video=video) for _ in range(20)))
    assert {each.upload.upload_id for each in answers} == {upload.upload_id}
    assert {each.upload.video_id for each in answers} == {video.video_id}


async def test_crossed_bindings_do_not_deadlock(world: World) -> None:
    """Uploads and videos are reached for in every order at once."""
    user = a_user()
    videos = [await world.create_video(user) for _ in range(3)]
    uploads = [await world.waiting(user=user) for _ in range(6)]
    calls = [world.bind(upload, video) for upload in uploads for video in videos]
    calls += [world.bind(upload, video) for video in videos for upload in reversed(uploads)]
    random.Random(7).shuffle(calls)
    await asyncio.gather(*(attempted(call) for call in calls))
    await assert_held_once(world, *videos)
    bound = {each.video_id for each in await world.ledger.uploads()} - {None}
    assert bound == {video.video_id for video in videos}


async def test_a_video_is_taken_from_a_failed_upload_while_that_one_starts_anew(
    world: World,
) -> None:
    for _ in range(10):
        user = a_user()
        video = await world.create_video(user)
        failed = await world.failed(user=user, video=video)
        taker = await world.waiting(user=user)
        await asyncio.gather(
            attempted(world.init_again(failed)),
            attempted(world.init_again(failed, video=video)),
            attempted(world.bind(taker, video)),
            attempted(world.init(user, video=video)),
        )
        await assert_held_once(world, video)


async def test_binding_meets_completion(world: World) -> None:
    for _ in range(15):
        user = a_user()
        video = await world.create_video(user)
        upload = await world.waiting(user=user)
        ends = await asyncio.gather(
            attempted(world.bind(upload, video)),
            attempted(world.finalize(a_stored_object(upload))),
        )
        assert ends[1] == "done"
        after: Upload = await world.now(upload)
        assert after.phase is Phase.COMPLETED
        assert (after.video_id == video.video_id) == (ends[0] == "done")
