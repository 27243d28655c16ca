"""What workers in the background have in common."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from catalog.application.metrics.metric import Measures, NoMeasures
from catalog.application.metrics.upkeep import ROUNDS_FAILED
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import UnavailableError

_ROUNDS_MISSED = 3
_LONGEST_ROUND = 60.0


class Journal(Protocol):
    """Where a worker says what people should know. Facts are safe to log; structlog's fits."""

    def info(self, event: str, **facts: object) -> object: ...  # noqa: D102 - as any logger
    def warning(self, event: str, **facts: object) -> object: ...  # noqa: D102


@dataclass(slots=True)
class WorkerHealth:
    """Whether a worker still gets its work done. Times are monotonic seconds."""

    patience_seconds: float
    """Without a success for so long it counts as stalled; so it does before its first one."""
    last_success: float | None = field(default=None, init=False)

    def succeeded(self, now: float) -> None:
        """Note a round that went well, whether there was anything to do or not."""
        self.last_success = now

    def healthy(self, now: float) -> bool:
        """True while the last success is recent enough."""
        return self.last_success is not None and now - self.last_success <= self.patience_seconds


class PeriodicWorker:
    """Does a round of work now and then. A round that fails in passing is tried again in time.

    `work` returns whether there is more to do right away; it should end early, and
    without harm, when the event it is given is set.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[asyncio.Event], Awaitable[bool]],
        every_seconds: float,
        journal: Journal,
        measures: Measures | None = None,
    ) -> None:
        self.name = name
        self.health = WorkerHealth(_ROUNDS_MISSED * every_seconds + _LONGEST_ROUND)
        self._work = work
        self._every = every_seconds
        self._journal = journal
        self._measures = measures or NoMeasures()
        self._random = random.SystemRandom()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. Raises what is not a passing fault."""
        while not stop.is_set():
            if not await self._round(stop):
                # Replicas that start together must not keep step.
                await rest(stop, self._every * self._random.uniform(0.8, 1.2))

    async def _round(self, stop: asyncio.Event) -> bool:
        try:
            more = await self._work(stop)
        except (UnavailableError, ConcurrentChangeError) as fault:
            self._measures.add(ROUNDS_FAILED, worker=self.name)
            self._journal.warning(
                "worker_round_failed", worker=self.name, kind=type(fault).__name__
            )
            return False
        self.health.succeeded(time.monotonic())
        return more


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
