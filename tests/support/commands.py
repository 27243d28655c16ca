"""Commands as people run them: processes, each with an environment of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import PATIENT
from tests.support.waiting import SECONDS

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@asynccontextmanager
async def killed_at_the_end(process: Process) -> AsyncIterator[None]:
    """Leave nothing behind: what still runs at the end of the block is killed there."""
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@asynccontextmanager
async def task(name: str, settings: Mapping[str, str]) -> AsyncIterator[Process]:
    """Run cmd/tasks/`name`/main.py with these settings until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", f"cmd/tasks/{name}/main.py", "--conf", "configs/config.yaml"],
        cwd=REPOSITORY,
        env={**os.environ, **PATIENT, **settings},
        stderr=PIPE,
    )
    async with killed_at_the_end(process):
        yield process


@asynccontextmanager
async def started(
    *arguments: str | Path, folder: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Process]:
    """Run `catalog` in `folder`; killed at the end of the block if it still runs then."""
    given = environment or {}
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", "-m", "catalog.cli.main", *map(str, arguments)],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(REPOSITORY),
            **(PATIENT if "DATABASE_URL" in given else {}),
            **given,
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    async with killed_at_the_end(process):
        yield process


async def end_of(process: Process) -> Ended:
    """Wait for the end; a command that does not come to one is killed and fails the test."""
    try:
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def run(
    *arguments: str | Path, folder: Path, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run `catalog` to its end."""
    async with started(*arguments, folder=folder, environment=environment) as process:
        return await end_of(process)
