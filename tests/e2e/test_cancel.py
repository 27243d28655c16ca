"""An upload that its owner gave up stays so, whatever arrives later, until it is begun anew."""

import asyncio
import hashlib
import json
import uuid
from pathlib import Path

import grpc
import pytest

from catalog.client import CatalogClient, Phase, Progress, Uploader
from tests.e2e.owner import as_person, cancel
from tests.e2e.person import Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sessions import open_session
from tests.e2e.sites import Site
from tests.support import commands
from tests.support.service import BUCKET

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_right_bytes_that_come_later_complete_nothing(site: Site, person: Person) -> None:
    content = uuid.uuid4().bytes * 64
    md5 = hashlib.md5(content).hexdigest()
    started = await person.init(md5)
    session = await open_session(site.http, started)
    answer = await cancel(person, started.upload_id)
    assert (answer.status, answer.error_code) == ("failed", "CANCELLED")
    assert await session.put(content) == 200
    stored = site.emulator.objects.get(BUCKET, started.object_name)
    await site.pushed()
    row = await site.records.upload(started.upload_id)
    assert (row["status"], row["error_code"]) == ("failed", "CANCELLED")
    assert stored.generation in await site.records.tombstones(started.object_name)
    assert await site.records.events(started.upload_id) == ["upload.cancelled"]


async def test_a_new_init_begins_anew_and_completes(site: Site, person: Person) -> None:
    content = uuid.uuid4().bytes * 64
    md5 = hashlib.md5(content).hexdigest()
    first = await person.init(md5)
    late = await open_session(site.http, first)
    await cancel(person, first.upload_id)
    await late.put(content)
    await site.pushed()
    again = await person.init(md5)
    assert (again.upload_id, again.status) == (first.upload_id, "pending")
    session = await open_session(site.http, again)
    assert await session.put(content) == 200
    await site.pushed()
    shown = await person.get(first.upload_id)
    assert (shown.status, shown.attempt) == ("completed", 2)
    events = await site.records.events(first.upload_id)
    assert events == ["upload.cancelled", "upload.completed"]


async def test_cancels_at_the_same_moment_are_one(site: Site, person: Person) -> None:
    started = await person.init(an_md5())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(cancel(person, started.upload_id)) for _ in range(8)]
    assert len({task.result().version for task in tasks}) == 1
    assert await site.records.events(started.upload_id) == ["upload.cancelled"]
    story = await site.records.story(started.upload_id)
    assert story.count("cancel:cancel") == 1


async def test_a_completed_upload_is_refused_and_stays(site: Site, person: Person) -> None:
    md5 = an_md5()
    started = await person.init(md5)
    assert await site.pushes.push(person.finalize(md5)) == 204
    before = await site.records.everything(started.upload_id)
    answer = await refusal(cancel(person, started.upload_id))
    assert answer.code is grpc.StatusCode.FAILED_PRECONDITION
    assert answer.reason == "UPLOAD_COMPLETED"
    assert await site.records.everything(started.upload_id) == before


async def test_of_a_cancellation_and_the_news_of_the_bytes_exactly_one_wins(
    site: Site, person: Person
) -> None:
    for _ in range(12):
        md5 = an_md5()
        started, news = await person.init(md5), person.finalize(md5)
        outcomes = await asyncio.gather(
            cancel(person, started.upload_id), site.pushes.push(news), return_exceptions=True
        )
        row = await site.records.upload(started.upload_id)
        refused = isinstance(outcomes[0], grpc.aio.AioRpcError)
        assert outcomes[1] == 204
        assert row["status"] == ("completed" if refused else "failed")
        won = "upload.completed" if refused else "upload.cancelled"
        assert await site.records.events(started.upload_id) == [won]
        buried = await site.records.tombstones(started.object_name)
        assert set(buried) == (set() if refused else {news.generation})


async def test_a_foreign_and_an_unknown_upload_are_refused_in_the_same_bytes(
    site: Site, person: Person
) -> None:
    foreign = await site.person().init(an_md5())
    answers = [
        await refusal(cancel(person, upload_id))
        for upload_id in (foreign.upload_id, str(uuid.uuid4()))
    ]
    assert answers[0].whole == answers[1].whole
    assert answers[0].reason == "UPLOAD_NOT_FOUND"


async def began(site: Site, person: Person, film: Path, memory: Path) -> str:
    """Lose power after the session was opened; returns the id of the upload."""

    def lose_power(progress: Progress) -> None:
        if progress.phase is Phase.UPLOADING:
            running.cancel()

    async with CatalogClient(site.service.target, person.user) as client:
        uploader = Uploader(client, state_dir=memory)
        running = asyncio.create_task(uploader.upload(film, on_progress=lose_power))
        await asyncio.wait([running])
        page = await client.list_uploads()
    (upload,) = page.uploads
    return upload.upload_id


async def test_the_command_gives_up_and_forgets_what_was_begun_here(
    site: Site, person: Person, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(uuid.uuid4().bytes * 64)
    memory = tmp_path / ".local" / "state" / "catalog" / "uploads"
    upload_id = await began(site, person, film, memory)
    assert len(list(memory.glob("*.json"))) == 1

    ended = await commands.run(
        "cancel", upload_id, "--json", folder=tmp_path, environment=as_person(site, person)
    )

    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {
        "upload_id": upload_id, "status": "failed", "error_code": "CANCELLED", "version": 2,
    }  # fmt: skip
    assert list(memory.glob("*.json")) == []
    row = await site.records.upload(upload_id)
    ended_sessions = site.emulator.requests.entries("cancel", row["object_name"])
    assert [entry.status for entry in ended_sessions] == [499]
