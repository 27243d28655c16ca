"""Two servers asked in turns at a steady pace, below what they can: what waits is not the asker.

In a closed loop at saturation, latency is how long the line is; and two windows one after the other
meet different minutes. Here questions to both come from one clock, in pairs whose order is drawn,
so that whatever the machine does besides, it does to both.
"""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import psutil

from bench.load.closed_loop import Asking, Connection, cpu_of
from bench.sample import latencies_of

Request = TypeVar("Request")


@dataclass(slots=True)
class Paced(Asking[Request]):
    """Gives a question out only when one is due."""

    due: bool = False

    def next(self) -> Request | None:
        """Take the question that is due; None when none is."""
        if not self.due:
            return None
        self.due = False
        return Asking.next(self)


@dataclass(slots=True)
class Asked(Generic[Request]):
    """One of the servers, its connections, and where its figures stood when the window began."""

    asking: Paced[Request]
    connections: Sequence[Connection]
    server: psutil.Process
    _turn: int = 0
    _answered: int = 0
    _cpu: float = 0.0

    @classmethod
    def of(
        cls, asking: Paced[Request], connections: Sequence[Connection], server: int
    ) -> "Asked[Request]":
        """Watch the process of this number."""
        return cls(asking, connections, psutil.Process(server))

    def ask(self) -> None:
        """Put one question into the air, on a connection that has room for it."""
        self.asking.due = True
        for _ in self.connections:
            self._turn = (self._turn + 1) % len(self.connections)
            self.connections[self._turn].start()
            if not self.asking.due:
                return

    def mark(self) -> None:
        """Begin to count."""
        self._answered, self._cpu = self.asking.answered, cpu_of(self.server)

    async def told(self, seconds: float) -> dict[str, object]:
        """Tell what came since the mark, the answers on their way included."""
        cpu = cpu_of(self.server) - self._cpu
        self.asking.stopped = True
        await self.asking.until_answered()
        for connection in self.connections:
            connection.close()
        latencies = self.asking.latencies[self._answered :]
        return {
            "operations": len(latencies),
            "seconds": seconds,
            "cpu_seconds": cpu,
            "latencies": latencies_of(latencies),
            "errors": self.asking.errors,
            "first_error": self.asking.first_error,
            "total": self.asking.answered,
        }


async def ask_in_turns(
    both: Sequence[Asked[Request]], *, rate: float, seconds: float, warm_seconds: float
) -> list[dict[str, object]]:
    """Ask each so many times a second; measure after the warming."""
    began = time.perf_counter()
    await _turns(both, _beats(began, rate * len(both), warm_seconds))
    for asked in both:
        asked.mark()
    began = time.perf_counter()
    await _turns(both, _beats(began, rate * len(both), seconds))
    took = time.perf_counter() - began
    return [await asked.told(took) for asked in both]


def _beats(began: float, rate: float, seconds: float) -> Iterator[float]:
    return (began + number / rate for number in range(round(rate * seconds)))


async def _turns(both: Sequence[Asked[Request]], beats: Iterator[float]) -> None:
    order: list[Asked[Request]] = []
    for beat in beats:
        order = order or random.sample(both, len(both))
        await asyncio.sleep(max(0.0, beat - time.perf_counter()))
        order.pop().ask()
