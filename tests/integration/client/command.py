"""Runs the `catalog` command as people do: in a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
_LONGEST_RUN = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Command:
    """`catalog` in a folder, with an environment, of its own."""

    def __init__(self, folder: Path, server: str, user_id: str) -> None:
        self._folder = folder
        self.state_dir = folder / "xdg" / "catalog" / "uploads"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(REPOSITORY),
            "XDG_STATE_HOME": str(folder / "xdg"),
            "CATALOG_SERVER": server,
            "CATALOG_USER_ID": user_id,
        }

    def line(self, *arguments: str | Path) -> list[str]:
        """The whole command line."""
        return [sys.executable, "-m", "catalog.cli.main", *map(str, arguments)]

    async def start(self, *arguments: str | Path) -> Process:
        """Start it and leave it running."""
        return await asyncio.create_subprocess_exec(
            *self.line(*arguments),
            cwd=self._folder,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )

    async def run(self, *arguments: str | Path) -> Ended:
        """Run it to its end."""
        return await end_of(await self.start(*arguments))


async def end_of(process: Process) -> Ended:
    """Wait for the end; a command that does not come to one is killed and fails the test."""
    try:
        async with asyncio.timeout(_LONGEST_RUN):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
