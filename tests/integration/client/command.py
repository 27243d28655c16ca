"""Runs the `catalog` command as people do: in a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.support.commands import REPOSITORY, Ended, end_of


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
