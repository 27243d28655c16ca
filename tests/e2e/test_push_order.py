"""News that come early, late, or in another order than things happened."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from catalog.emulator.faults import StorageError
from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import Finalize
from tests.e2e.sessions import open_session
from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHERS: dict[str, Callable[[Finalize], Finalize]] = {
    "of the right bytes": lambda news: news,
    "of wrong bytes": lambda news: replace(news, md5_hex=an_md5()),
    "without an MD5": lambda news: replace(news, md5_hex=None),
    "over the limit": lambda news: replace(news, size=2**63 - 1),
}


async def test_the_upload_may_complete_before_the_phone_has_seen_its_200(
    site: Site, person: Person
) -> None:
    content = uuid.uuid4().bytes
    answer = await person.init(hashlib.md5(content).hexdigest())
    session = await open_session(site.http, answer)
    lost = StorageError(operation="put", after=True, times=1, object=answer.object_name)
    site.emulator.faults.set(lost)
    assert await session.put(content) == 503
    await site.pushed()
    assert (await person.get(answer.upload_id)).status == "completed"
    assert await session.status(len(content)) == 200


async def test_news_of_an_unknown_object_wait_for_the_upload(site: Site, person: Person) -> None:
    news = person.finalize(md5 := an_md5())
    assert await site.pushes.push(news, "1") == 204
    assert await site.pushes.push(news, "1") == 204
    assert await site.records.outcome(news.dedup_key) == "unknown_object"
    upload = await person.init(md5)
    assert (await person.get(upload.upload_id)).status == "pending"
    assert await site.pushes.push(news, "1") == 204
    shown = await person.get(upload.upload_id)
    assert (shown.status, shown.gcs_generation) == ("completed", str(news.generation))
    assert await site.records.outcome(news.dedup_key) == "completed"
    assert await site.records.events(upload.upload_id) == ["upload.completed"]


async def test_news_of_an_object_outside_of_all_uploads_are_kept_as_unknown(site: Site) -> None:
    news = Finalize(f"videos/{uuid.uuid4()}/not-an-md5", an_md5())
    assert await site.pushes.push(news) == 204
    assert await site.records.outcome(news.dedup_key) == "unknown_object"


@pytest.mark.parametrize("other_is", OTHERS)
@pytest.mark.parametrize("age", ["older", "newer"])
async def test_another_generation_after_completion_is_left_alone(
    site: Site, person: Person, age: str, other_is: str
) -> None:
    upload = await person.init(md5 := an_md5())
    first, second = person.finalize(md5), person.finalize(md5)
    completing, other = (first, second) if age == "newer" else (second, first)
    assert await site.pushes.push(completing) == 204
    before = await site.records.everything(upload.upload_id)
    assert await site.pushes.push(OTHERS[other_is](other)) == 204
    assert await site.records.everything(upload.upload_id) == before
    assert await site.records.outcome(other.dedup_key) == "ignored"
    assert await site.records.tombstones(upload.object_name) == {}


async def test_an_older_right_generation_completes_what_a_newer_wrong_one_failed(
    site: Site, person: Person
) -> None:
    upload = await person.init(md5 := an_md5())
    older = person.finalize(md5)
    assert await site.pushes.push(older.with_wrong_bytes()) == 204
    assert (await person.get(upload.upload_id)).status == "failed"
    assert await site.pushes.push(older) == 204
    shown = await person.get(upload.upload_id)
    assert (shown.status, shown.error_code) == ("completed", "")
    assert await site.records.events(upload.upload_id) == ["upload.failed", "upload.completed"]
