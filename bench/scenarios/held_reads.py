"""Reads of rows that have nothing to do with events, from two servers in turns."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import psutil

from bench.bare.servers import SELECTED, SELECTED_TAG
from bench.items import Item
from bench.sample import latencies_of
from catalog.adapters.postgres.queries import load

_READS_PER_SECOND = 50
_READS_OF_SESSION = 250
_NOTHING = "SELECT 1"


@dataclass(slots=True)
class _Told:
    """What one server's answers took, in all of its sessions."""

    dsn: str = field(repr=False)
    reads: list[float] = field(default_factory=list)
    nothings: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def summed(self) -> dict[str, object]:
        """Sum up; the CPU is that of the database for one read and two statements without."""
        return {
            "reads": latencies_of(self.reads),
            "nothings": latencies_of(self.nothings),
            "cpu": {"of_one": self.cpu / max(1, len(self.reads))},
        }


@dataclass(frozen=True, slots=True)
class _Session:
    """Asks, and writes down what it takes."""

    told: _Told
    connection: "asyncpg.Connection[asyncpg.Record]"
    query: str

    async def ask(self, key: tuple[object, ...]) -> None:
        """Read once, and once ask what needs no table."""
        await self.connection.fetchval(_NOTHING)  # whoever has slept takes a while to wake
        self.told.reads.append(await _took(self.connection.fetchrow(self.query, *key)))
        self.told.nothings.append(await _took(self.connection.fetchval(_NOTHING)))


async def unrelated_reads(*, dsns: Sequence[str], seconds: float) -> dict[str, object]:
    """Read uploads by their keys at a steady pace, each from all servers in the same moment.

    Moments and who is asked first are drawn: whatever else the machine does it does to all
    of them alike, and no reader keeps step with somebody who writes as steadily. Sessions
    are short, as a process that has a bad place on a busy core keeps it for long. `each`
    has what is told of the servers, in the order of `dsns`.
    """
    told, drawn = [_Told(dsn) for dsn in dsns], random.SystemRandom()
    due = _moments(seconds, drawn)
    began = time.perf_counter()
    for first in range(0, len(due), _READS_OF_SESSION):
        async with AsyncExitStack() as stack:
            sessions = [await stack.enter_async_context(_session(each)) for each in told]
            for number, moment in enumerate(due[first : first + _READS_OF_SESSION], first):
                await asyncio.sleep(max(0.0, began + moment - time.perf_counter()))
                for session in drawn.sample(sessions, len(sessions)):
                    await session.ask(_key(number))
    return {"each": [each.summed() for each in told]}


def _moments(seconds: float, drawn: random.Random) -> Sequence[float]:
    count = round(seconds * _READS_PER_SECOND)
    return [(number + drawn.random()) / _READS_PER_SECOND for number in range(count)]


def _key(number: int) -> tuple[object, ...]:
    item = Item(SELECTED_TAG, number * 7919 % SELECTED)
    return item.upload_id, item.user


@asynccontextmanager
async def _session(told: _Told) -> AsyncIterator[_Session]:
    """Have one that has read before; its CPU is added when the block ends."""
    query = load("uploads.sql")["get_upload"].text
    connection = await asyncpg.connect(told.dsn)
    try:
        backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
        await connection.fetchrow(query, *_key(0))
        before = _cpu_seconds(backend)
        yield _Session(told, connection, query)
        told.cpu += _cpu_seconds(backend) - before
    finally:
        await connection.close()


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _took(answer: Awaitable[object]) -> float:
    began = time.perf_counter()
    await answer
    return time.perf_counter() - began
