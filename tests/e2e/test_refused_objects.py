"""Objects that may not complete their upload: refused once and for all, whenever news of them come.

The bytes are really stored and the news really pushed.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.api.video.v1.upload_pb2 import InitResumableUploadResponse
from catalog.devstack.postgres import Cluster
from catalog.emulator import Emulator
from catalog.emulator.faults import Composite
from tests.e2e.person import Person
from tests.e2e.pushes import Finalize
from tests.e2e.sessions import open_session
from tests.e2e.sites import Site, running_site
from tests.support.emulators import fresh_emulator
from tests.support.postgres import lasting_database
from tests.support.service import BUCKET

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A way in which an object is not what was announced."""

    code: str
    content: Callable[[bytes], bytes] = bytes
    """What is sent in place of the right bytes."""
    composite: bool = False


WAYS = [
    Spoiled("MD5_MISMATCH", content=lambda right: right[::-1]),
    Spoiled("MD5_MISMATCH", content=lambda _right: b""),
    Spoiled("MD5_UNAVAILABLE", composite=True),
]


def some_bytes() -> bytes:
    """Content that nobody else has."""
    return uuid.uuid4().bytes * 64


def md5_of(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


async def store(site: Site, answer: InitResumableUploadResponse, content: bytes) -> Finalize:
    """Upload, and wait until the service has heard of it; the news, to be pushed again."""
    session = await open_session(site.http, answer)
    assert await session.put(content) == 200
    stored = site.emulator.objects.get(BUCKET, answer.object_name)
    await site.pushed()
    return Finalize.of(stored)


async def store_spoiled(
    site: Site, answer: InitResumableUploadResponse, right: bytes, way: Spoiled
) -> Finalize:
    if way.composite:
        site.emulator.faults.set(Composite(times=1, object=answer.object_name))
    news = await store(site, answer, way.content(right))
    return Finalize(news.name, None, news.generation) if way.composite else news


async def assert_old_news_change_nothing(site: Site, upload_id: str, old: Finalize) -> None:
    """Neither while the inbox remembers them nor after it was pruned."""
    before = await site.records.everything(upload_id)
    assert await site.pushes.push(old) == 204
    await site.records.forget_inbox(old.name)
    assert await site.pushes.push(old) == 204
    assert await site.records.outcome(old.dedup_key) == "tombstoned"
    assert await site.records.everything(upload_id) == before


def live_generation(emulator: Emulator, name: str) -> int:
    return emulator.objects.live_generation(BUCKET, name)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.code)
async def test_a_spoiled_object_fails_the_upload_and_leaves_its_video_alone(
    site: Site, person: Person, way: Spoiled
) -> None:
    content = some_bytes()
    video_id = await person.make_video()
    answer = await person.init(md5_of(content), video_id=video_id)
    refused = await store_spoiled(site, answer, content, way)
    shown = await person.get(answer.upload_id)
    assert (shown.status, shown.error_code) == ("failed", way.code)
    assert shown.error_message
    assert (shown.gcs_generation, shown.md5_hash_hex, shown.size_bytes) == ("", "", 0)
    video = await person.video(video_id)
    assert (video.status, video.version, video.raw_file_reference) == ("pending_upload", 1, "")
    assert await site.records.tombstones(refused.name) == {refused.generation: False}
    assert await site.records.events(answer.upload_id) == ["upload.failed"]
    await assert_old_news_change_nothing(site, answer.upload_id, refused)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.code)
async def test_after_a_new_init_the_right_bytes_complete_and_the_old_object_never_matters_again(
    site: Site, person: Person, way: Spoiled
) -> None:
    content = some_bytes()
    video_id = await person.make_video()
    first = await person.init(md5_of(content), video_id=video_id)
    refused = await store_spoiled(site, first, content, way)
    again = await person.init(md5_of(content))
    assert (again.upload_id, again.attempt, again.status) == (first.upload_id, 2, "pending")
    assert live_generation(site.emulator, refused.name) == 0
    assert await site.records.tombstones(refused.name) == {refused.generation: True}
    shown = await person.get(again.upload_id)
    assert (shown.error_code, shown.error_message) == ("", "")
    await assert_old_news_change_nothing(site, again.upload_id, refused)
    right = await store(site, again, content)
    await assert_completed_with(site, person, again.upload_id, right)
    await assert_old_news_change_nothing(site, again.upload_id, refused)
    assert live_generation(site.emulator, right.name) == right.generation


async def assert_completed_with(
    site: Site, person: Person, upload_id: str, right: Finalize
) -> None:
    shown = await person.get(upload_id)
    assert (shown.status, shown.error_code, shown.error_message) == ("completed", "", "")
    assert shown.gcs_generation == str(right.generation)
    assert (shown.md5_hash_hex, shown.size_bytes) == (right.md5_hex, right.size)
    video = await person.video(shown.video_id)
    assert (video.status, video.size_bytes) == ("processing", right.size)
    assert (await site.records.events(upload_id)).count("upload.completed") == 1
    assert len(await site.records.videos_of(person.user)) == 1


async def test_an_object_over_the_limit_is_refused_each_time_until_the_limit_is_raised(
    template: Cluster, tmp_path: Path
) -> None:
    content, dsn = some_bytes(), await lasting_database(template)
    async with fresh_emulator(tmp_path) as emulator:
        small = {"uploads": {"max_size_bytes": len(content) - 1}}
        async with running_site(emulator, dsn, small) as site:
            person, refused = site.person(), []
            for attempt in (1, 2):
                answer = await person.init(md5_of(content))
                assert answer.attempt == attempt
                refused.append(await store(site, answer, content))
                shown = await person.get(answer.upload_id)
                assert (shown.status, shown.error_code) == ("failed", "SIZE_LIMIT_EXCEEDED")
                await assert_old_news_change_nothing(site, answer.upload_id, refused[-1])
        async with running_site(emulator, dsn) as site:
            person = Person(site.rpc, person.user)
            answer = await person.init(md5_of(content))
            assert live_generation(emulator, answer.object_name) == 0
            right = await store(site, answer, content)
            await assert_completed_with(site, person, answer.upload_id, right)
            for old in refused:
                await assert_old_news_change_nothing(site, answer.upload_id, old)


async def test_whatever_is_in_the_way_of_a_new_init_is_removed_by_its_own_generation(
    site: Site, person: Person
) -> None:
    """The news were of one object; what is live by now is another that nobody has judged."""
    content = some_bytes()
    first = await person.init(md5_of(content))
    wrong = person.finalize(md5_of(content)).with_wrong_bytes()
    assert await site.pushes.push(wrong) == 204
    live = site.emulator.store(first.object_name, content)
    assert (await person.init(md5_of(content))).attempt == 2
    deletions = site.emulator.requests.entries("delete", first.object_name)
    assert [entry.status for entry in deletions] == [404, 204]
    kept = await site.records.tombstones(first.object_name)
    assert kept == {wrong.generation: True, live.generation: True}
    assert await site.pushes.push(Finalize.of(live)) == 204
    assert (await person.get(first.upload_id)).status == "pending"
