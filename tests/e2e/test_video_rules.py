"""Which upload may become which video's file, asked at Init and by Bind."""

import uuid
from collections.abc import Awaitable, Callable

import grpc
import pytest

from tests.e2e.person import Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
Binding = Callable[[Person, str, str], Awaitable[object]]
"""Ties the person's upload of an MD5 to a video, one way or the other."""


async def by_init(person: Person, md5_hex: str, video_id: str) -> object:
    return await person.init(md5_hex, video_id=video_id)


async def by_bind(person: Person, md5_hex: str, video_id: str) -> object:
    upload = await person.init(md5_hex)
    return await person.bind(upload.upload_id, video_id)


async def by_second_init(person: Person, md5_hex: str, video_id: str) -> object:
    await person.init(md5_hex)
    return await person.init(md5_hex, video_id=video_id)


BINDINGS: list[Binding] = [by_init, by_second_init, by_bind]
ways = pytest.mark.parametrize("binding", BINDINGS, ids=lambda way: way.__name__)


async def video_of(person: Person, md5_hex: str) -> str:
    """The video that the upload is bound to."""
    return (await person.get((await person.init(md5_hex)).upload_id)).video_id


async def fail(site: Site, person: Person, md5_hex: str) -> None:
    assert await site.pushes.push(person.finalize(md5_hex).with_wrong_bytes()) == 204


async def complete(site: Site, person: Person, md5_hex: str) -> None:
    assert await site.pushes.push(person.finalize(md5_hex)) == 204


@ways
async def test_a_bound_video_gets_the_file_of_its_upload(
    site: Site, person: Person, binding: Binding
) -> None:
    video_id = await person.make_video("Summer")
    await binding(person, md5 := an_md5(), video_id)
    waiting = await person.video(video_id)
    await complete(site, person, md5)
    video = await person.video(video_id)
    assert (waiting.status, waiting.version) == ("pending_upload", 1)
    assert (video.status, video.version, video.title) == ("processing", 2, "Summer")
    assert video.raw_file_reference == f"gs://catalog-uploads/{person.named(md5)}"
    assert len(await site.records.videos_of(person.user)) == 1


@ways
async def test_binding_the_same_video_twice_is_fine(person: Person, binding: Binding) -> None:
    video_id = await person.make_video()
    md5 = an_md5()
    for _ in range(2):
        await binding(person, md5, video_id)
    assert await video_of(person, md5) == video_id


@ways
async def test_a_bound_upload_takes_no_other_video(person: Person, binding: Binding) -> None:
    video_id = await person.make_video()
    await by_bind(person, md5 := an_md5(), video_id)
    refused = await refusal(binding(person, md5, await person.make_video()))
    assert refused.code is grpc.StatusCode.FAILED_PRECONDITION
    assert refused.reason == "VIDEO_ALREADY_BOUND"
    assert refused.info.metadata["video_id"] == video_id
    assert await video_of(person, md5) == video_id


@ways
async def test_an_init_without_a_video_keeps_the_one_that_is_bound(
    site: Site, person: Person, binding: Binding
) -> None:
    video_id = await person.make_video()
    await binding(person, md5 := an_md5(), video_id)
    assert (await person.init(md5)).video_id == video_id
    await fail(site, person, md5)
    assert (await person.init(md5)).video_id == video_id


@ways
async def test_a_video_is_taken_from_a_failed_upload(
    site: Site, person: Person, binding: Binding
) -> None:
    video_id = await person.make_video()
    gave_up = (await person.init(failed := an_md5(), video_id=video_id)).upload_id
    await fail(site, person, failed)
    await binding(person, md5 := an_md5(), video_id)
    assert (await person.get(gave_up)).video_id == ""
    assert (await site.records.story(gave_up))[-1] == "bind:noop"
    await complete(site, person, md5)
    await complete(site, person, failed)
    assert await video_of(person, md5) == video_id
    made = await video_of(person, failed)
    assert {made, video_id} == {str(row["video_id"]) for row in await videos(site, person)}


async def videos(site: Site, person: Person) -> list[dict[str, object]]:
    """The person's videos, each with exactly one file of its own."""
    rows = await site.records.videos_of(person.user)
    assert len({row["raw_file_reference"] for row in rows}) == len(rows)
    return rows


@ways
async def test_a_video_held_by_a_waiting_upload_is_not_given_away(
    person: Person, binding: Binding
) -> None:
    video_id = await person.make_video()
    await person.init(holder := an_md5(), video_id=video_id)
    refused = await refusal(binding(person, an_md5(), video_id))
    assert refused.code is grpc.StatusCode.FAILED_PRECONDITION
    assert refused.reason == "VIDEO_HELD_BY_UPLOAD"
    assert await video_of(person, holder) == video_id


@ways
async def test_a_video_that_has_its_file_takes_no_other(
    site: Site, person: Person, binding: Binding
) -> None:
    video_id = await person.make_video()
    await person.init(first := an_md5(), video_id=video_id)
    await complete(site, person, first)
    refused = await refusal(binding(person, an_md5(), video_id))
    assert refused.code is grpc.StatusCode.FAILED_PRECONDITION
    assert refused.reason == "VIDEO_NOT_PENDING"
    assert refused.info.metadata["status"] == "processing"


@ways
async def test_a_stranger_s_video_is_not_there(
    site: Site, person: Person, binding: Binding
) -> None:
    foreign = await site.person().make_video()
    refused = await refusal(binding(person, an_md5(), foreign))
    assert refused.code is grpc.StatusCode.NOT_FOUND
    assert refused.reason == "VIDEO_NOT_FOUND"


async def test_a_refused_video_leaves_no_upload_behind(person: Person, site: Site) -> None:
    held = await person.make_video()
    await person.init(an_md5(), video_id=held)
    foreign = await site.person().make_video()
    for video_id in (held, foreign, str(uuid.uuid4())):
        await refusal(person.init(an_md5(), video_id=video_id))
    assert await site.records.uploads_of(person.user) == 1


@pytest.mark.parametrize("end", [fail, complete])
async def test_an_upload_that_has_ended_is_bound_to_nothing_more(
    site: Site, person: Person, end: Callable[[Site, Person, str], Awaitable[None]]
) -> None:
    upload = await person.init(md5 := an_md5())
    await end(site, person, md5)
    before = await site.records.everything(upload.upload_id)
    refused = await refusal(person.bind(upload.upload_id, await person.make_video()))
    assert refused.code is grpc.StatusCode.FAILED_PRECONDITION
    assert await site.records.everything(upload.upload_id) == before


async def test_a_new_init_of_a_failed_upload_may_bring_a_video(site: Site, person: Person) -> None:
    await person.init(md5 := an_md5())
    await fail(site, person, md5)
    video_id = await person.make_video()
    again = await person.init(md5, video_id=video_id)
    assert (again.attempt, again.video_id) == (2, video_id)
