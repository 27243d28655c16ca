"""The processes of a run, as the one that directs it sees them."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_JOB_SECONDS = 180.0
_LINE_BYTES = 2**20


class ChildError(Exception):
    """A process did not do what it was asked; the message is its own word."""


@dataclass(slots=True)
class Hand:
    """A process of `bench.hand`."""

    process: asyncio.subprocess.Process
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def do(self, job: str, **arguments: object) -> Mapping[str, Any]:
        """Have a job done.

        Raises ChildError, or TimeoutError three minutes after the seconds it is to take.
        """
        seconds = float(str(arguments.get("seconds", 0)))
        async with self._turn, asyncio.timeout(seconds + _JOB_SECONDS):
            assert self.process.stdin is not None
            line = json.dumps({"job": job, "arguments": arguments}) + "\n"
            self.process.stdin.write(line.encode())
            await self.process.stdin.drain()
            said = await _line(self.process)
        if "failed" in said:
            raise ChildError(f"{job}: {said['failed']}")
        done: Mapping[str, Any] = said["done"]
        return done


@dataclass(frozen=True, slots=True)
class BareServers:
    """A process of `bench.bare.servers`."""

    pid: int
    grpc_port: int
    http_port: int
    sink_port: int


@dataclass(frozen=True, slots=True)
class BareWhole:
    """A process of `bench.bare.whole_servers`."""

    hand: Hand
    """Prepares what the next load writes."""
    grpc_port: int
    http_port: int

    @property
    def pid(self) -> int:
        """The process whose CPU is counted."""
        return self.hand.process.pid


@asynccontextmanager
async def hand() -> AsyncIterator[Hand]:
    """Have a hand while the block lasts."""
    async with _child("bench.hand") as process:
        yield Hand(process)


@asynccontextmanager
async def bare_servers(dsn: str) -> AsyncIterator[BareServers]:
    """Have the empty servers while the block lasts. Raises ChildError."""
    async with _child("bench.bare.servers", DATABASE_URL=dsn) as process:
        async with asyncio.timeout(_START_SECONDS):
            ports = await _line(process)
        yield BareServers(process.pid, **ports)


@asynccontextmanager
async def bare_whole(dsn: str) -> AsyncIterator[BareWhole]:
    """Have the servers that do all parts at once while the block lasts. Raises ChildError."""
    async with _child("bench.bare.whole_servers", DATABASE_URL=dsn) as process:
        async with asyncio.timeout(_START_SECONDS):
            ports = await _line(process)
        yield BareWhole(Hand(process), **ports)


@asynccontextmanager
async def _child(module: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        env={**os.environ, **settings},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_BYTES,
        # Ctrl-C on a terminal reaches us alone.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Close its input, which ends it; insist when it does not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise ChildError(f"a process of ours ended by itself ({process.returncode})")
    said: dict[str, Any] = json.loads(line)
    return said
