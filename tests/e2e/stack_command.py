"""`catalog dev` as people run it, with a temporary folder of its own to see what it leaves."""

import asyncio
import json
import shutil
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.support.commands import Ended, end_of, started
from tests.support.waiting import SECONDS, until

SERVING = "Ctrl-C ends the stack"
FREE_PORTS = {
    "CATALOG_DEV_GRPC_PORT": "0",
    "CATALOG_DEV_HTTP_PORT": "0",
    "CATALOG_DEV_METRICS_PORT": "0",
    "CATALOG_DEV_GCS_PORT": "0",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command runs, and the only place for what it needs for a while."""

    folder: Path
    temporary: Path

    @property
    def stack_file(self) -> Path:
        return self.folder / ".local" / "stack.json"

    def endpoints(self) -> dict[str, Any]:
        endpoints: dict[str, Any] = json.loads(self.stack_file.read_text())
        return endpoints

    def processes(self) -> list[psutil.Process]:
        """All that run from the temporary folder: their command lines name it."""
        here = str(self.temporary)
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if any(here in argument for argument in process.info["cmdline"] or ())
        ]

    async def is_left_clean(self) -> None:
        """Fail unless all files and processes go, at once or soon."""
        await until(lambda: not self.processes())
        await until(lambda: not list(self.temporary.iterdir()))
        assert not self.stack_file.exists()


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    """PostgreSQL may have to run as another user, who must get into the temporary folder."""
    temporary = Path(tempfile.mkdtemp(prefix="catalog-test-"))
    temporary.chmod(0o755)
    try:
        yield Place(folder, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@dataclass(slots=True)
class Running:
    """A command that runs, and the lines it has said so far."""

    process: Process
    said: list[str] = field(default_factory=list)

    async def says(self, words: str) -> None:
        """Wait for a line with these words; fail when the command ends before."""
        assert self.process.stderr is not None
        async with asyncio.timeout(SECONDS):
            while words not in (self.said or [""])[-1]:
                line = await self.process.stderr.readline()
                assert line, "\n".join(self.said)
                self.said.append(line.decode().rstrip("\n"))

    async def ends(self) -> Ended:
        """Wait for the end; `err` holds all that was said."""
        ended = await end_of(self.process)
        return Ended(ended.code, ended.out, "\n".join([*self.said, ended.err]))


@asynccontextmanager
async def dev_run(
    place: Place, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Running]:
    """`catalog dev run` on free ports."""
    variables = {"TMPDIR": str(place.temporary), **FREE_PORTS, **(environment or {})}
    async with started("dev", "run", folder=place.folder, environment=variables) as process:
        running = Running(process)
        try:
            yield running
        finally:
            if process.returncode is None:
                process.terminate()
                await running.ends()
