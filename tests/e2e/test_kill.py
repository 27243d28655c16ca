"""An upload cut at 60 %: by the line, and by kill -9. What is stored is not sent again."""

import json
import os
import re
import uuid
from pathlib import Path

import pytest

from catalog.emulator import Emulator, faults
from tests.support.commands import run, started
from tests.support.service import Service
from tests.support.waiting import until

MIB = 1024 * 1024


class Phone:
    """Somebody's app: `catalog upload` with a memory of its own."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "CATALOG_SERVER": service.target,
            "CATALOG_USER_ID": str(uuid.uuid4()),
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def film(self, mebibytes: int) -> Path:
        file = self.folder / "film.mp4"
        file.write_bytes(os.urandom(mebibytes * MIB))
        return file

    def remembered(self) -> list[Path]:
        """All that the app left on the disk, where nobody else may read it."""
        files = [path for path in (self.folder / "state").rglob("*") if path.is_file()]
        assert {file.stat().st_mode & 0o777 for file in files} <= {0o600}
        return files


@pytest.fixture
def phone(live: Service, tmp_path: Path) -> Phone:
    return Phone(live, tmp_path)


def _chunks(emulator: Emulator) -> list[tuple[int, int]]:
    """Where each chunk began, and what was stored by then."""
    puts = emulator.requests.entries("put")
    begins = [re.match(r"bytes (\d+)-", put.content_range or "") for put in puts]
    return [
        (int(begin[1]), put.persisted_before or 0)
        for begin, put in zip(begins, puts, strict=True)
        if begin
    ]


def _stored(emulator: Emulator) -> int:
    return max((put.persisted_after or 0 for put in emulator.requests.entries("put")), default=0)


def _arrived(emulator: Emulator) -> int:
    return sum(put.bytes_received for put in emulator.requests.entries("put"))


def _answers_to_queries(emulator: Emulator) -> list[tuple[int | None, str | None]]:
    return [(query.status, query.range) for query in emulator.requests.entries("status")]


async def _completed(phone: Phone, file: Path) -> dict[str, object]:
    ended = await run(
        "upload", file, "--watch", "--json", folder=phone.folder, environment=phone.environment
    )
    assert (ended.code, ended.err) == (0, "")
    result: dict[str, object] = json.loads(ended.out)
    assert result["status"] == "completed"
    assert phone.remembered() == []
    return result


async def _is_whole(live: Service, file: Path) -> None:
    (stored,) = live.emulator.objects
    assert stored.file.read_bytes() == file.read_bytes()
    row = await live.database.fetchrow(
        "SELECT u.status, v.status AS video FROM catalog.uploads u"
        " JOIN catalog.videos v USING (video_id)"
    )
    assert row is not None
    assert tuple(row) == ("completed", "processing")


async def test_a_connection_cut_at_60_percent_goes_on_from_the_range_of_the_server(
    phone: Phone, live: Service
) -> None:
    file = phone.film(10)
    live.emulator.faults.set(faults.Cut(after_bytes=6 * MIB, times=1))

    result = await _completed(phone, file)

    assert _chunks(live.emulator) == [(0, 0), (6 * MIB, 6 * MIB)]
    assert _answers_to_queries(live.emulator) == [(308, f"bytes=0-{6 * MIB - 1}")]
    assert result["resumed_from"] == 0
    assert _arrived(live.emulator) == 10 * MIB
    await _is_whole(live, file)


async def test_a_process_killed_at_60_percent_goes_on_from_the_range_of_the_server(
    phone: Phone, live: Service
) -> None:
    file = phone.film(40)
    emulator = live.emulator
    # So long that the rest is never through before the kill.
    emulator.faults.set(faults.Stall(seconds=1, operation="put"))
    async with started(
        "upload", file, folder=phone.folder, environment=phone.environment
    ) as process:
        await until(lambda: _stored(emulator) >= 24 * MIB)
        process.kill()
        assert await process.wait() == -9
    emulator.faults.clear()
    # What the dead process had handed to its kernel still arrives.
    await until(lambda: all(put.persisted_after for put in emulator.requests.entries("put")))
    held = _stored(emulator)
    assert 24 * MIB <= held < 40 * MIB
    assert phone.remembered() != []

    result = await _completed(phone, file)

    assert _answers_to_queries(emulator) == [(308, f"bytes=0-{held - 1}")]
    assert (result["bytes_sent"], result["resumed_from"]) == (40 * MIB - held, held)
    assert all(begin == stored for begin, stored in _chunks(emulator))
    assert len(emulator.requests.entries("start")) == 1
    await _is_whole(live, file)
