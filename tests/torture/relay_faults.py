"""Three relays as processes; now and then one is killed, or stopped until it was replaced."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg
import pytest

from tests.torture.figures import Figures
from tests.torture.relay_process import DSN
from tests.torture.relay_story import Story, assert_complete_and_in_order, kept, read
from tests.torture.relay_writing import Writing, some_aggregates

RELAYS = 3
_REPLACED_SECONDS = 15.0
_STOPPED_SECONDS = 5.0
Fault = Literal["killed", "stopped"]


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """What was measured. Seconds."""

    events: int
    faults: int
    repeats: int
    slowest: float
    """From commit to first delivery, takeovers included."""


class RelayProcess:
    """A relay that suffers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._lines = asyncio.create_task(self._read())
        self.said: list[str] = []

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(line.decode().strip())

    async def has_shards(self) -> None:
        """Wait until it works on some."""
        async with asyncio.timeout(60):
            while not any(line.startswith("relay_shards") for line in self.said):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it, whatever state it is in."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._lines


@asynccontextmanager
async def relay_process(dsn: str, file: Path) -> AsyncIterator[RelayProcess]:
    """Run one until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tests.torture.relay_process", str(file)),
        env={**os.environ, DSN: dsn, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=asyncio.subprocess.PIPE,
    )
    relay = RelayProcess(process)
    try:
        yield relay
    finally:
        await relay.kill()


async def run(
    dsn: str,
    folder: Path,
    *,
    events: int,
    faults: int,
    per_second: float,
) -> FaultFigures:
    """Write events at that pace while relays suffer; AssertionError for what may not happen."""
    file = folder / "arrived"
    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)
        relays = [await stack.enter_async_context(relay_process(dsn, file)) for _ in range(RELAYS)]
        for relay in relays:
            await relay.has_shards()
        writing = Writing(connection, some_aggregates(max(10, events // 10)))
        kinds = _kinds(faults)
        stopped = kinds.count("stopped") * _STOPPED_SECONDS
        pause = max(0.7, (events / per_second - stopped) / (faults + 1))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(writing.many(events, per_second))
            for kind in kinds:
                await asyncio.sleep(random.uniform(0.7, 1.0) * pause)
                victim = relays.pop(random.randrange(RELAYS))
                if kind == "stopped":
                    await _stop_for_a_while(victim)
                    relays.append(victim)
                else:
                    await victim.kill()
                    relays.append(await stack.enter_async_context(relay_process(dsn, file)))
        await writing.until_published()
        rows = await kept(connection)
    story = Story.of(read(file))
    assert_complete_and_in_order(rows, story)
    slowest = story.delays(writing.written)[-1]
    assert slowest <= _REPLACED_SECONDS, f"an event waited {slowest:.1f} s for a relay"
    return FaultFigures(len(rows), faults, story.repeats, slowest)


def _kinds(faults: int) -> list[Fault]:
    """As many of each kind, in any order."""
    kinds: list[Fault] = ["stopped" if number % 2 else "killed" for number in range(faults)]
    random.shuffle(kinds)
    return kinds


async def _stop_for_a_while(victim: RelayProcess) -> None:
    """Stop it in the middle of what it does, for longer than its session may be silent."""
    victim.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(_STOPPED_SECONDS + random.uniform(-1.0, 1.0))
    victim.process.send_signal(signal.SIGCONT)


@pytest.mark.timeout(400)
async def test_ten_thousand_events_survive_relays_that_are_killed_or_stopped(
    database: str, tmp_path: Path, figures: Figures
) -> None:
    found = await run(database, tmp_path, events=10_000, faults=20, per_second=100)
    assert found.events == 10_000
    figures.record(
        2,
        "three relays, one killed or stopped again and again",
        events=found.events,
        killed=found.faults // 2,
        stopped=found.faults // 2,
        lost=0,
        out_of_order=0,
        repeats_of_the_same_event=found.repeats,
        slowest_takeover_seconds=round(found.slowest, 2),
    )
