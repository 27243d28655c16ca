"""A large file takes no more memory than a small one."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.emulator import Emulator
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.command import Command
from tests.integration.client.evidence import MIB, make_file

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Twice what the growth may be; half a gibibyte goes through the whole service in tests/e2e.
LARGE = 128 * MIB
# ru_maxrss is bytes on macOS and KiB elsewhere.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def peak_memory(command: Command, file: Path) -> int:
    """Bytes of memory that one upload took at most."""
    process = subprocess.Popen(command.line("upload", file), env=command.environment)
    # Reaped here rather than by subprocess, for the sake of the resource usage.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss * RSS_UNIT


async def test_a_large_upload_takes_no_more_memory_than_one_of_a_byte(
    catalog: CatalogServer, emulator: Emulator, tmp_path: Path, user_id: str
) -> None:
    command = Command(tmp_path, catalog.target, user_id)
    sparse = tmp_path / "large.mp4"
    with sparse.open("wb") as stream:
        stream.truncate(LARGE)

    small = await asyncio.to_thread(peak_memory, command, make_file(tmp_path / "small.mp4", 1))
    large = await asyncio.to_thread(peak_memory, command, sparse)

    assert large - small < 64 * MIB
    assert {each.size for each in emulator.objects} == {1, LARGE}
