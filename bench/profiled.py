"""py-spy on the service, or a bare whole, under load: where its time goes, by function."""

import asyncio
import re
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.activity import Activity
from bench.bars import WHOLES
from bench.sample import Measured
from bench.stage import Stage

_LINE = re.compile(r":\d+(?=\)$)")
_PER_SECOND = 500
_PREPARING = "prepare (bench/bare/whole.py)"
_WRITE_SECONDS = 30.0


class ProfilerError(Exception):
    """py-spy could not watch; the message is its own word."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Stacks as they were seen, and what was measured meanwhile."""

    stacks: Counter[tuple[str, ...]]
    measured: Measured

    def within(self) -> Counter[str]:
        """Count the stacks that each function is in."""
        seen: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            for frame in set(stack):
                seen[frame] += count
        return seen

    def itself(self) -> Counter[str]:
        """Count the stacks that each function is at the end of."""
        seen: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            seen[stack[-1]] += count
        return seen


async def profiled(stage: Stage, activity: Activity, seconds: float, folder: Path) -> Profile:
    """Watch who is loaded while it holds the interpreter. Raises ProfilerError."""
    watched = await process_of(stage, activity)
    raw = folder / f"{activity.name}.stacks"
    spy = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("py-spy")), "record", "--gil", "--format", "raw"),
        *("--output", str(raw), "--rate", str(_PER_SECOND), "--pid", str(watched)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        measured = await activity.measure(stage, seconds)
    finally:
        said = await _ended(spy)
    if spy.returncode != 0:
        raise ProfilerError(said[-500:])
    return Profile(read_stacks(raw.read_text("utf-8")), measured)


async def _ended(spy: asyncio.subprocess.Process) -> str:
    """Have it write what it saw; return what it said. Raises TimeoutError."""
    with suppress(ProcessLookupError):
        spy.send_signal(signal.SIGINT)
    async with asyncio.timeout(_WRITE_SECONDS):
        _, said = await spy.communicate()
    return said.decode(errors="replace")


async def process_of(stage: Stage, activity: Activity) -> int:
    """Name the process that this activity loads."""
    if activity.name in {bar.scenario for bar in WHOLES}:
        return (await stage.whole()).pid
    return stage.service.process.pid


def read_stacks(text: str) -> Counter[tuple[str, ...]]:
    """Read py-spy's raw form: frames joined by semicolons, a blank, a count.

    Lines of one function count as the function; what a bare whole does before it is loaded, not.
    """
    stacks: Counter[tuple[str, ...]] = Counter()
    for line in text.splitlines():
        frames, _, count = line.rpartition(" ")
        stack = tuple(_LINE.sub("", frame) for frame in frames.split(";"))
        if frames and not any(frame.endswith(_PREPARING) for frame in stack):
            stacks[stack] += int(count)
    return stacks
