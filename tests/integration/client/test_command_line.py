"""`catalog upload`, `get` and `video`, as processes against a running emulator."""

import json
import re
import signal
from pathlib import Path

import pytest
from grpc import StatusCode

from catalog.emulator import Emulator, faults
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.command import Command
from tests.integration.client.evidence import (
    KIB,
    MIB,
    make_file,
    starts_and_persisted,
    state_files,
    statuses,
    stored_bytes,
)
from tests.integration.client.refusals import Refusal
from tests.support.commands import end_of
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def command(catalog: CatalogServer, tmp_path: Path, user_id: str) -> Command:
    return Command(tmp_path, catalog.target, user_id)


async def stopped_half_way(
    command: Command, emulator: Emulator, file: Path, number: signal.Signals
) -> int:
    """Start an upload of at least 1 MiB and stop it with a signal; returns its exit code."""
    # The second chunk is never taken, so that the end cannot come before the signal does.
    emulator.faults.set(
        faults.Stall(seconds=0.01, operation="put", times=1),
        faults.Stall(seconds=600, operation="put"),
    )
    process = await command.start("upload", file, "--json")
    await until(lambda: len(statuses(emulator, "put")) >= 2)
    process.send_signal(number)
    ended = await end_of(process)
    emulator.faults.clear()
    assert list(emulator.objects) == []
    assert ended.out == ""
    if number is signal.SIGINT:
        assert ended.err == (
            "catalog: interrupted; run the same command again to go on where it stopped\n"
        )
    return ended.code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
async def test_a_stopped_upload_is_resumed_by_the_same_command(
    command: Command, catalog: CatalogServer, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    emulator = catalog.emulator
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", 5 * MIB)
    assert await stopped_half_way(command, emulator, file, number) == code
    (state,) = state_files(command.state_dir)
    assert state.stat().st_mode & 0o777 == 0o600
    emulator.requests.clear()

    ended = await command.run("upload", file, "--json")

    result = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert result["resumed_from"] >= 256 * KIB
    assert result["bytes_sent"] == 5 * MIB - result["resumed_from"]
    assert all(start == held for start, held in starts_and_persisted(emulator))
    assert (catalog.init_calls, statuses(emulator, "status")) == (1, [308])
    assert stored_bytes(emulator) == file.read_bytes()
    assert state_files(command.state_dir) == []


async def test_json_is_the_result_alone_and_get_shows_the_same_upload(
    command: Command, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 300 * KIB)

    ended = await command.run("upload", file, "--watch", "--json")
    result = json.loads(ended.out)
    shown = await command.run("get", result["upload_id"], "--json")

    assert (ended.code, ended.err, result["status"]) == (0, "", "completed")
    upload = json.loads(shown.out)
    assert upload["status"] == "completed"
    assert upload["md5_hash_hex"] == result["md5_hex"]
    assert upload["gcs_generation"] == result["generation"]


async def test_a_video_is_created_and_shown_in_readable_lines(command: Command) -> None:
    made = await command.run("video", "create", "My title", "--description", "d", "--json")
    video = json.loads(made.out)

    shown = await command.run("video", "get", video["video_id"])

    lines = dict(re.split(r"  +", line) for line in shown.out.splitlines())
    assert lines == {"video id": video["video_id"], "title": "My title", "description": "d"}


async def test_a_refusal_is_one_line_on_stderr_and_nothing_on_stdout(
    command: Command, catalog: CatalogServer, tmp_path: Path
) -> None:
    catalog.refusal = Refusal(
        StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", fields={"filename": "too long"}
    )

    ended = await command.run("upload", make_file(tmp_path / "a.mp4", 10), "--json")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "catalog: Catalog refused: filename: too long\n"
