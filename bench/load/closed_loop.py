"""A closed loop: whoever has an answer asks again, until the time or the questions are over."""

import asyncio
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import psutil

from bench.sample import latencies_of

Request = TypeVar("Request")
_LONGEST_ANSWER_SECONDS = 20.0


class Connection(Protocol):
    """Something that keeps its questions in the air once it is told to start."""

    def start(self) -> None:
        """Ask as many questions as it holds at a time."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


@dataclass(slots=True)
class Asking(Generic[Request]):
    """What connections of one run share: the questions, and how the answers came."""

    questions: Iterator[Request]
    stopped: bool = False
    asked: int = 0
    answered: int = 0
    errors: int = 0
    first_error: str = ""
    latencies: list[float] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once no question is left, before all answers are in."""

    def next(self) -> Request | None:
        """Take the next question; None when there is to be none."""
        question = None if self.stopped else next(self.questions, None)
        if question is None:
            self.over.set()
            return None
        self.asked += 1
        return question

    def answer(self, began: float, error: str = "") -> None:
        """Note an answer to what was asked at `began` (perf_counter)."""
        self.answered += 1
        self.latencies.append(time.perf_counter() - began)
        if error:
            self.errors += 1
            self.first_error = self.first_error or error

    async def until_answered(self) -> None:
        """Wait for the answers that are on their way. Raises TimeoutError after 20 s."""
        async with asyncio.timeout(_LONGEST_ANSWER_SECONDS):
            while self.answered < self.asked:  # noqa: ASYNC110 - answers come by callback
                await asyncio.sleep(0.005)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where everything stood at one moment."""

    at: float
    answered: int
    theirs: float
    ours: float


def _mark(asking: "Asking[Request]", server: psutil.Process | None) -> _Mark:
    theirs = cpu_of(server) if server else 0.0
    return _Mark(time.perf_counter(), asking.answered, theirs, own_cpu())


def cpu_of(process: psutil.Process) -> float:
    """User and system seconds of all its threads so far, as getrusage counts them."""
    times = process.cpu_times()
    return float(times.user + times.system)


def own_cpu() -> float:
    """Tell the same of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def ask(
    asking: "Asking[Request]",
    connections: list[Connection],
    *,
    seconds: float,
    warm_seconds: float,
    server: int | None,
) -> dict[str, object]:
    """Measure between the end of the warming and the end of the time; see the rest off.

    `server` is the process whose CPU is counted.
    """
    process = psutil.Process(server) if server else None
    for connection in connections:
        connection.start()
    await _for(asking, warm_seconds)
    before = _mark(asking, process)
    await _for(asking, seconds)
    after = _mark(asking, process)
    asking.stopped = True
    await asking.until_answered()
    for connection in connections:
        connection.close()
    return _told(asking, before, after, counted=process is not None)


async def _for(asking: "Asking[Request]", seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await asking.over.wait()
    except TimeoutError:
        return


def _told(
    asking: "Asking[Request]", before: _Mark, after: _Mark, *, counted: bool
) -> dict[str, object]:
    return {
        "operations": after.answered - before.answered,
        "seconds": after.at - before.at,
        "cpu_seconds": after.theirs - before.theirs if counted else None,
        "generator_cpu_seconds": after.ours - before.ours,
        "latencies": latencies_of(asking.latencies[before.answered : after.answered]),
        "errors": asking.errors,
        "first_error": asking.first_error,
        "total": asking.answered,
    }
