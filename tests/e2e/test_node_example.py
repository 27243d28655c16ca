"""examples/node: what the mobile guide says is enough for a client in another language."""

import asyncio
import os
import random
import shutil
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.emulator import faults
from catalog.emulator.request_log import LoggedRequest
from tests.e2e.sites import Site
from tests.support.commands import REPOSITORY, Ended, end_of, killed_at_the_end
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCRIPTS = [REPOSITORY / "examples" / "node" / name for name in ("upload.mjs", "wire.mjs")]
GUIDE = REPOSITORY / "docs" / "mobile-guide.md"
MIB = 1024 * 1024
MOST_LINES = 60
"""Comments and all."""
SIZE = 9 * MIB + 1001
"""One chunk as recommended, and a short last one."""


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody with a film and the script."""

    site: Site
    film: Path
    user: str

    @asynccontextmanager
    async def uploading(self) -> AsyncIterator[Process]:
        """The script at work; killed at the end of the block if it still runs then."""
        node = shutil.which("node")
        assert node, "this test needs Node 18 or newer: install nodejs, or put node on the PATH"
        process = await asyncio.create_subprocess_exec(
            node,
            SCRIPTS[0],
            *(f"http://{self.site.service.target}", self.film, "video/mp4"),
            env={"PATH": os.environ["PATH"], "CATALOG_USER_ID": self.user},
            stdout=PIPE,
            stderr=PIPE,
        )
        async with killed_at_the_end(process):
            yield process

    async def upload(self) -> Ended:
        async with self.uploading() as process:
            ended = await end_of(process)
        assert "X-Goog" not in ended.out + ended.err
        assert "upload_id=" not in ended.out + ended.err
        return ended

    def requests(self, kind: str) -> list[LoggedRequest]:
        entries = self.site.emulator.requests.entries(kind)
        return [each for each in entries if each.object.startswith(f"videos/{self.user}/")]

    async def row(self, columns: str) -> tuple[object, ...]:
        """What is kept of their one upload."""
        query = f"SELECT {columns} FROM catalog.uploads WHERE user_id = $1"
        rows = await self.site.service.database.fetch(query, self.user)
        assert len(rows) == 1
        return tuple(rows[0])

    def memories(self) -> list[Path]:
        return list(self.film.parent.glob("*.upload"))


@pytest.fixture
def phone(site: Site, tmp_path: Path) -> Iterator[Phone]:
    film = tmp_path / "film.mp4"
    film.write_bytes(random.Random(4).randbytes(SIZE))
    yield Phone(site, film, str(uuid.uuid4()))
    site.emulator.faults.clear()


async def _is_completed(phone: Phone) -> None:
    assert await phone.row("status, size_bytes") == ("completed", SIZE)
    assert phone.memories() == []


def _goes_on_behind_what_was_kept(phone: Phone, resumed: str) -> bool:
    """The emulator keeps at most what came before the cut, less where the machine is slow."""
    cut, *others = [each.content_range or "" for each in phone.requests("put")]
    offset = int(resumed.removeprefix("resumed at ").removesuffix(" 1"))
    assert cut.startswith("bytes 0-")
    return 0 < offset <= 5 * MIB and others == [f"bytes {offset}-{SIZE - 1}/{SIZE}"]


async def test_it_resumes_where_the_connection_was_cut_and_completes(phone: Phone) -> None:
    phone.site.emulator.faults.set(faults.Cut(at_offset=5 * MIB, times=1))
    ended = await phone.upload()
    assert (ended.code, ended.err) == (0, "")
    resumed, completed = ended.out.splitlines()
    assert completed.startswith("completed ")
    assert len(phone.requests("start")) == 1
    assert _goes_on_behind_what_was_kept(phone, resumed)
    assert await phone.row("resume_count") == (1,)
    await _is_completed(phone)


async def test_after_a_kill_the_next_run_goes_on_with_the_same_session(phone: Phone) -> None:
    phone.site.emulator.faults.set(
        faults.Cut(at_offset=5 * MIB, times=1),
        faults.Stall(seconds=600, operation="status", times=1),
    )
    async with phone.uploading() as process:
        await until(lambda: phone.requests("status"))
        process.kill()
        await end_of(process)
    phone.site.emulator.faults.clear()
    assert [memory.stat().st_mode & 0o777 for memory in phone.memories()] == [0o600]
    ended = await phone.upload()
    assert (ended.code, ended.err) == (0, "")
    assert len(phone.requests("start")) == 1
    assert _goes_on_behind_what_was_kept(phone, ended.out.splitlines()[0])
    await _is_completed(phone)


async def test_a_lost_session_is_replaced_by_a_new_one(phone: Phone) -> None:
    phone.site.emulator.faults.set(faults.StorageError(status=410, operation="put", times=1))
    ended = await phone.upload()
    assert (ended.code, ended.err) == (0, "")
    assert len(phone.requests("start")) == 2
    await _is_completed(phone)


async def test_storage_that_fails_for_a_moment_is_asked_what_it_has_and_sent_the_rest(
    phone: Phone,
) -> None:
    phone.site.emulator.faults.set(faults.StorageError(status=503, operation="put", times=2))
    ended = await phone.upload()
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[:2] == ["resumed at 0 1", "resumed at 0 2"]
    assert len(phone.requests("start")) == 1
    await _is_completed(phone)


async def test_what_is_stored_is_not_sent_again(phone: Phone) -> None:
    first = await phone.upload()
    again = await phone.upload()
    assert again == first
    assert len(phone.requests("start")) == 1
    assert sum(each.bytes_received for each in phone.requests("put")) == SIZE


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
async def test_the_guide_shows_the_script_word_for_word(script: Path) -> None:
    assert f"```js\n{script.read_text()}```\n" in GUIDE.read_text()


async def test_the_script_stays_as_short_as_is_promised() -> None:
    lines = SCRIPTS[0].read_text().splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= 120
