"""Two phones, one file: each opened a session for the same object, and one of them is too late."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from catalog.client import (
    CatalogClient,
    ClientSettings,
    Phase,
    Progress,
    Uploader,
    UploadOptions,
    UploadResult,
)
from tests.e2e.person import Person
from tests.e2e.sessions import open_session
from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONTENT = bytes(range(256)) * 32_768 + b"one byte more than a chunk, and some"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    file = tmp_path / "film.mp4"
    file.write_bytes(CONTENT)
    return file


@asynccontextmanager
async def a_phone(site: Site, person: Person, memory: Path) -> AsyncIterator[Uploader]:
    """One of the person's phones, with what it remembers of unfinished uploads."""
    settings = ClientSettings(poll_first_wait=0.01, poll_longest_wait=0.1)
    async with CatalogClient(site.service.target, person.user, settings=settings) as client:
        yield Uploader(client, state_dir=memory)


async def open_only(phone: Uploader, film: Path) -> None:
    """Begin, and lose power between opening the session and the first byte."""

    def lose_power(progress: Progress) -> None:
        if progress.phase is Phase.UPLOADING:
            running.cancel()

    running = asyncio.create_task(phone.upload(film, on_progress=lose_power))
    await asyncio.wait([running])
    assert running.cancelled()


async def finish(phone: Uploader, film: Path) -> UploadResult:
    return await phone.upload(film, UploadOptions(watch=True))


def put_statuses(site: Site, name: str) -> list[int]:
    entries = site.emulator.requests.entries("put", name)
    return sorted(entry.status for entry in entries if entry.status is not None)


async def test_one_of_two_sessions_completes_and_both_phones_report_success(
    site: Site, person: Person, film: Path, tmp_path: Path
) -> None:
    async with (
        a_phone(site, person, tmp_path / "one") as one,
        a_phone(site, person, tmp_path / "two") as two,
    ):
        await open_only(one, film)
        await open_only(two, film)
        async with asyncio.TaskGroup() as group:
            ends = [group.create_task(finish(phone, film)) for phone in (one, two)]
    winner, loser = sorted((end.result() for end in ends), key=lambda end: end.already_completed)
    assert (winner.already_completed, loser.already_completed) == (False, True)
    assert winner.status == loser.status == "completed"
    assert (winner.upload_id, winner.generation) == (loser.upload_id, loser.generation)
    assert put_statuses(site, winner.object_name) == [200, 308, 308, 412]
    assert len(site.emulator.requests.entries("start", winner.object_name)) == 2
    assert (await site.records.events(winner.upload_id)) == ["upload.completed"]
    assert len(await site.records.videos_of(person.user)) == 1


async def test_a_phone_that_lost_to_wrong_bytes_starts_over_and_completes(
    site: Site, person: Person, film: Path, tmp_path: Path
) -> None:
    async with a_phone(site, person, tmp_path / "memory") as phone:
        await open_only(phone, film)
        answer = await person.init(hashlib.md5(CONTENT).hexdigest())
        rival = await open_session(site.http, answer)
        assert await rival.put(b"not what was announced") == 200
        await site.pushed()
        result = await finish(phone, film)
    assert (result.status, result.already_completed) == ("completed", False)
    assert 412 in put_statuses(site, result.object_name)
    shown = await person.get(result.upload_id)
    assert (shown.attempt, shown.error_code) == (2, "")
    assert (await site.records.events(result.upload_id)) == ["upload.failed", "upload.completed"]
