"""A part that ends by itself ends the process, and the exit code says so."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from catalog.devstack.stack import service_settings
from catalog.emulator import Emulator
from tests.support.commands import REPOSITORY, end_of

# The real process, in which one server is stopped behind the back of its owner.
PROGRAM = """
import asyncio, sys
from catalog.runtime.config import load
from catalog.runtime.process import run

def crash_grpc(running):
    crash_grpc.task = asyncio.get_running_loop().create_task(running.grpc._server.stop(None))

def crash_http(running):
    running.http._serving.cancel()

sys.exit(run(load(None, serving=True), {"grpc": crash_grpc, "http": crash_http}[sys.argv[1]]))
"""


@pytest.mark.parametrize("part", ["grpc", "http"])
async def test_the_process_ends_with_an_error(
    part: str, emulator: Emulator, database: str, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", "-c", PROGRAM, part],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY),
            **service_settings(emulator, database),
        },
        stdout=PIPE,
        stderr=PIPE,
    )
    ended = await end_of(process)

    assert ended.code == 1
    lines = [json.loads(line) for line in ended.err.splitlines()]
    assert [line["event"] for line in lines] == ["serving", "service_failed"]
    (cause,) = lines[1]["causes"]
    assert cause["error_types"].startswith("builtins.RuntimeError")
