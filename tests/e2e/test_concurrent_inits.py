"""A hundred phones at once: the same content of the same user is always the same upload."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from catalog.api.video.v1.upload_pb2 import InitResumableUploadResponse
from tests.e2e.person import Person, an_md5
from tests.e2e.sites import Site
from tests.support.service import Rpc

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALLS, CHANNELS, ROUNDS = 100, 8, 20
AT_THE_INDEX = 8
"""Of the ten connections of the service's pool."""
INSERT = (
    "INSERT INTO catalog.uploads (user_id, bucket, object_name, original_filename, content_type,"
    " content_md5, session_expires_at)"
    " VALUES ($1, 'catalog-uploads', $2, 'a.mp4', 'video/mp4', $3, now())"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines(site: Site) -> AsyncIterator[list[Rpc]]:
    """Connections that share nothing."""
    async with AsyncExitStack() as stack:
        opened = [site.service.channel() for _ in range(CHANNELS)]
        yield [Rpc(await stack.enter_async_context(channel)) for channel in opened]


async def at_once(
    lines: list[Rpc], wanted: Iterable[tuple[Person, str]]
) -> list[InitResumableUploadResponse]:
    """Init for all of them together, in turns over the lines; any error at all is raised."""
    async with asyncio.TaskGroup() as group:
        calls = [
            group.create_task(person.over(lines[number % CHANNELS]).init(md5_hex))
            for number, (person, md5_hex) in enumerate(wanted)
        ]
    return [call.result() for call in calls]


async def the_one_upload(
    site: Site, answers: list[InitResumableUploadResponse], name: str
) -> dict[str, Any]:
    """The row that all answers speak of."""
    (upload_id,) = {answer.upload_id for answer in answers}
    assert {answer.object_name for answer in answers} == {name}
    assert all(answer.resumable_init_url for answer in answers)
    assert not any(answer.already_completed for answer in answers)
    return await site.records.upload(upload_id)


async def test_a_hundred_inits_of_new_content_make_one_upload(
    site: Site, person: Person, lines: list[Rpc]
) -> None:
    for _ in range(ROUNDS):
        md5 = an_md5()
        answers = await at_once(lines, [(person, md5)] * CALLS)
        row = await the_one_upload(site, answers, person.named(md5))
        assert (row["status"], row["attempt"], row["version"]) == ("pending", 1, CALLS)
        story = await site.records.story(answers[0].upload_id)
        assert story == ["init:insert"] + ["init:duplicate"] * (CALLS - 1)
    assert await site.records.uploads_of(person.user) == ROUNDS


async def test_inits_that_wait_for_an_insert_which_is_taken_back_make_one_upload(
    site: Site, person: Person, lines: list[Rpc]
) -> None:
    """All that the pool lets through stand at the unique indexes, and are let go at once."""
    for _ in range(ROUNDS):
        md5 = an_md5()
        async with site.records.pool.acquire() as connection:
            insert = connection.transaction()
            await insert.start()
            await connection.execute(INSERT, person.user, person.named(md5), md5)
            inits = asyncio.create_task(at_once(lines, [(person, md5)] * 20))
            await site.records.until_waiting_for_locks(AT_THE_INDEX)
            await insert.rollback()
        await the_one_upload(site, await inits, person.named(md5))
    assert await site.records.uploads_of(person.user) == ROUNDS


async def test_a_hundred_inits_of_a_failed_upload_start_it_anew_once(
    site: Site, person: Person, lines: list[Rpc]
) -> None:
    for _ in range(ROUNDS):
        md5 = an_md5()
        first = await person.init(md5)
        refused = site.emulator.store(first.object_name, b"other bytes", notify=True)
        await site.pushed()
        assert (await person.get(first.upload_id)).error_code == "MD5_MISMATCH"
        answers = await at_once(lines, [(person, md5)] * CALLS)
        row = await the_one_upload(site, answers, first.object_name)
        assert (str(row["upload_id"]), row["attempt"]) == (first.upload_id, 2)
        assert (row["status"], row["error_code"]) == ("pending", None)
        story = await site.records.story(first.upload_id)
        assert story.count("init:replace") == 1
        assert site.emulator.objects.live_generation(refused.bucket, refused.name) == 0
        assert await site.records.tombstones(refused.name) == {refused.generation: True}


async def test_other_users_and_other_content_are_other_uploads(
    site: Site, lines: list[Rpc]
) -> None:
    people, contents = [site.person() for _ in range(10)], [an_md5() for _ in range(5)]
    wanted = [(person, md5) for person in people for md5 in contents] * 2
    answers = await at_once(lines, wanted)
    for (person, md5), answer in zip(wanted, answers, strict=True):
        assert answer.object_name == person.named(md5)
    assert len({answer.upload_id for answer in answers}) == 50
    assert [await site.records.uploads_of(person.user) for person in people] == [5] * 10
