"""Pub/Sub delivers at least once: whatever comes again, an upload completes once."""

import asyncio

import pytest

from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import Finalize
from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def at_once(site: Site, news: Finalize, times: int) -> set[int]:
    """Push under as many message ids; return the statuses answered."""
    async with asyncio.TaskGroup() as group:
        pushes = [group.create_task(site.pushes.push(news)) for _ in range(times)]
    return {push.result() for push in pushes}


async def assert_completed_once(site: Site, person: Person, upload_id: str) -> None:
    row = await site.records.upload(upload_id)
    assert (row["status"], row["version"]) == ("completed", 2)
    assert await site.records.events(upload_id) == ["upload.completed"]
    assert await site.records.story(upload_id) == ["init:insert", "finalize:complete"]
    (video,) = await site.records.videos_of(person.user)
    assert (video["status"], video["version"]) == ("processing", 1)
    assert await site.records.events(str(video["video_id"])) == ["created"]


async def test_three_deliveries_of_one_message_complete_once(site: Site, person: Person) -> None:
    upload = await person.init(md5 := an_md5())
    news = person.finalize(md5)
    assert [await site.pushes.push(news, "1234567890") for _ in range(3)] == [204] * 3
    await assert_completed_once(site, person, upload.upload_id)


async def test_three_messages_of_one_object_complete_once(site: Site, person: Person) -> None:
    upload = await person.init(md5 := an_md5())
    news = person.finalize(md5)
    assert [await site.pushes.push(news) for _ in range(3)] == [204] * 3
    await assert_completed_once(site, person, upload.upload_id)


async def test_fifty_messages_at_once_complete_once(site: Site, person: Person) -> None:
    upload = await person.init(md5 := an_md5())
    assert await at_once(site, person.finalize(md5), 50) == {204}
    await assert_completed_once(site, person, upload.upload_id)


async def test_fifty_messages_at_once_move_a_bound_video_once(site: Site, person: Person) -> None:
    video_id = await person.make_video()
    upload = await person.init(md5 := an_md5(), video_id=video_id)
    assert await at_once(site, person.finalize(md5), 50) == {204}
    video = await person.video(video_id)
    assert (video.status, video.version, video.upload_id) == ("processing", 2, upload.upload_id)
    assert await site.records.events(upload.upload_id) == ["upload.completed"]
    assert len(await site.records.videos_of(person.user)) == 1


async def test_fifty_messages_of_wrong_bytes_fail_once(site: Site, person: Person) -> None:
    upload = await person.init(md5 := an_md5())
    wrong = person.finalize(md5).with_wrong_bytes()
    assert await at_once(site, wrong, 50) == {204}
    assert await site.records.events(upload.upload_id) == ["upload.failed"]
    assert await site.records.story(upload.upload_id) == ["init:insert", "finalize:fail"]
    assert await site.records.tombstones(wrong.name) == {wrong.generation: False}


async def test_fifty_objects_at_once_complete_once(site: Site, person: Person) -> None:
    """Generations of the same bytes: the first to come in wins, the others are left alone."""
    upload = await person.init(md5 := an_md5())
    generations = [person.finalize(md5) for _ in range(50)]
    async with asyncio.TaskGroup() as group:
        pushes = [group.create_task(site.pushes.push(news)) for news in generations]
    assert {push.result() for push in pushes} == {204}
    assert await site.records.events(upload.upload_id) == ["upload.completed"]
    story = await site.records.story(upload.upload_id)
    assert sorted(story) == ["finalize:complete"] + ["finalize:noop"] * 49 + ["init:insert"]
    assert await site.records.tombstones(upload.object_name) == {}
