"""What becomes of the video when the bytes are in, whatever happened to it meanwhile.

Never an error: Pub/Sub would repeat it for ever.
"""

import asyncio
import uuid

import pytest

from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import Finalize
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
GONE_ON = ["processing", "ready", "published", "failed", "rejected", "archived"]


async def assert_a_video_was_made(site: Site, person: Person, upload_id: str, title: str) -> str:
    """Return its id."""
    shown = await person.get(upload_id)
    assert shown.status == "completed"
    video = await person.video(shown.video_id)
    assert (video.title, video.status, video.version) == (title, "processing", 1)
    assert video.raw_file_reference == f"gs://{shown.bucket}/{shown.object_name}"
    event = await site.records.completed_event(upload_id)
    assert event.video_created
    assert (event.video.video_id, event.upload.video_id) == (video.video_id, video.video_id)
    assert await site.records.events(video.video_id) == ["created"]
    return video.video_id


async def test_an_upload_bound_to_nothing_makes_its_video(site: Site, person: Person) -> None:
    upload = await person.init(md5 := an_md5(), filename="Sommer in Rom.mp4")
    assert await site.pushes.push(person.finalize(md5)) == 204
    await assert_a_video_was_made(site, person, upload.upload_id, "Sommer in Rom.mp4")
    assert len(await site.records.videos_of(person.user)) == 1


async def test_a_long_filename_makes_a_title_that_fits(site: Site, person: Person) -> None:
    upload = await person.init(md5 := an_md5(), filename="\N{FIRE}" * 255)
    assert await site.pushes.push(person.finalize(md5)) == 204
    await assert_a_video_was_made(site, person, upload.upload_id, "\N{FIRE}" * 200)


async def test_a_bound_video_is_not_made_but_moved(site: Site, person: Person) -> None:
    video_id = await person.make_video()
    upload = await person.init(md5 := an_md5(), video_id=video_id)
    assert await site.pushes.push(person.finalize(md5)) == 204
    event = await site.records.completed_event(upload.upload_id)
    assert (event.video_created, event.video.version, event.video.status) == (
        False,
        2,
        "processing",
    )
    assert await site.records.events(video_id) == ["created"]


@pytest.mark.parametrize("status", GONE_ON)
async def test_a_bound_video_that_no_longer_waits_is_left_as_it_is(
    site: Site, person: Person, status: str
) -> None:
    video_id = await person.make_video()
    upload = await person.init(md5 := an_md5(), video_id=video_id)
    await site.records.pool.execute(
        "UPDATE catalog.videos SET status = $2, version = 7 WHERE video_id = $1", video_id, status
    )
    assert await site.pushes.push(person.finalize(md5)) == 204
    assert await assert_a_video_was_made(site, person, upload.upload_id, "holiday.mp4") != video_id
    left = await person.video(video_id)
    assert (left.status, left.version, left.raw_file_reference) == (status, 7, "")


async def test_a_bound_video_that_became_somebody_else_s_is_left_as_it_is(
    site: Site, person: Person
) -> None:
    video_id = await person.make_video()
    upload = await person.init(md5 := an_md5(), video_id=video_id)
    new_owner = site.person()
    await site.records.pool.execute(
        "UPDATE catalog.videos SET user_id = $2 WHERE video_id = $1", video_id, new_owner.user
    )
    assert await site.pushes.push(person.finalize(md5)) == 204
    assert await assert_a_video_was_made(site, person, upload.upload_id, "holiday.mp4") != video_id
    assert (await new_owner.video(video_id)).status == "pending_upload"


async def two_uploads_of_one_video(site: Site, person: Person) -> tuple[str, dict[str, Finalize]]:
    """A video and the news that complete the two uploads which hold it, past the rules."""
    video_id = await person.make_video()
    news = {}
    for md5 in (an_md5(), an_md5()):
        upload = await person.init(md5)
        news[upload.upload_id] = person.finalize(md5)
    await site.records.pool.execute(
        "UPDATE catalog.uploads SET video_id = $1 WHERE upload_id = ANY($2::uuid[])",
        video_id,
        [uuid.UUID(upload_id) for upload_id in news],
    )
    return video_id, news


async def test_two_uploads_of_one_video_may_complete_at_once(site: Site, person: Person) -> None:
    for _ in range(20):
        video_id, news = await two_uploads_of_one_video(site, person)
        async with asyncio.TaskGroup() as group:
            pushes = [
                group.create_task(site.pushes.push(each)) for each in news.values() for _ in "ab"
            ]
        assert {push.result() for push in pushes} == {204}
        shown = [await person.get(upload_id) for upload_id in news]
        assert [each.status for each in shown] == ["completed"] * 2
        became = {each.video_id: each.object_name for each in shown}
        assert len(became) == 2
        assert video_id in became
        for each, name in became.items():
            video = await person.video(each)
            assert (video.status, video.raw_file_reference) == (
                "processing",
                f"gs://catalog-uploads/{name}",
            )


async def test_a_failed_upload_may_complete_while_its_video_is_taken(
    site: Site, person: Person
) -> None:
    for _ in range(20):
        video_id = await person.make_video()
        late = await person.init(late_md5 := an_md5(), video_id=video_id)
        assert await site.pushes.push(person.finalize(late_md5).with_wrong_bytes()) == 204
        taker = await person.init(md5 := an_md5())
        async with asyncio.TaskGroup() as group:
            binding = group.create_task(bound_or_too_late(person, taker.upload_id, video_id))
            push = group.create_task(site.pushes.push(person.finalize(late_md5)))
        assert push.result() == 204
        assert await site.pushes.push(person.finalize(md5)) == 204
        videos = {
            name: (await person.get(upload_id)).video_id
            for name, upload_id in (("taker", taker.upload_id), ("late", late.upload_id))
        }
        assert videos["taker"] != videos["late"]
        assert videos["taker" if binding.result() else "late"] == video_id


async def bound_or_too_late(person: Person, upload_id: str, video_id: str) -> bool:
    try:
        refused = await refusal(person.bind(upload_id, video_id))
    except AssertionError:
        return True
    assert refused.reason == "VIDEO_NOT_PENDING"
    return False
