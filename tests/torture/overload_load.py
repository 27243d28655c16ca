"""Calls at a pace that nothing slows down, as a process: python -m tests.torture.overload_load.

Takes its orders as one line of JSON each on standard input and answers each with one. A client
library costs as much as the server it asks, and both live on the same cores: this one is bench's.
"""

import asyncio
import itertools
import json
import statistics
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field

import uvloop

from bench.load.closed_loop import Asking
from bench.load.grpc_connection import GrpcConnection, connected
from bench.load.grpc_frames import Call, header_block
from catalog.api.video.v1.upload_pb2 import InitResumableUploadRequest

METHOD = "/video.v1.UploadService/InitResumableUpload"
REFUSED = "status 8"
"""RESOURCE_EXHAUSTED."""
_CONNECTIONS = 4
_PEOPLE = 2_000
_TICK_SECONDS = 0.002
_SETTLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """One phase: so many calls a second, whatever becomes of those before."""

    port: int
    per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Said:
    """What an order came to. Latencies in seconds."""

    offered: float
    """Calls that were made, a second."""
    goodput: float
    """Calls that were served, a second."""
    served_median: float
    refused_median: float
    refused: int
    unanswered: int
    """Calls without an answer a second after the last one."""
    other: dict[str, int]
    """Every other answer."""


@dataclass(slots=True)
class People(Asking[Call]):
    """People who start an upload of something new, each when it is due."""

    due: int = 0
    heard: dict[str, list[float]] = field(default_factory=dict)

    def next(self) -> Call | None:
        """Take the call that is due; None when none is."""
        if not self.due:
            return None
        self.due -= 1
        return Asking.next(self)

    def answer(self, began: float, error: str = "") -> None:
        """Note an answer by its kind."""
        self.answered += 1
        self.heard.setdefault(error, []).append(time.perf_counter() - began)

    def in_short(self, took_seconds: float) -> Said:
        """Put it into a few numbers."""
        served, refused = self.heard.pop("", []), self.heard.pop(REFUSED, [])
        return Said(
            offered=self.asked / took_seconds,
            goodput=len(served) / took_seconds,
            served_median=statistics.median(served or [0.0]),
            refused_median=statistics.median(refused or [0.0]),
            refused=len(refused),
            unanswered=self.asked - self.answered,
            other={kind: len(seconds) for kind, seconds in self.heard.items()},
        )


def _people() -> People:
    headers = [header_block(METHOD, (("user_id", str(uuid.uuid4())),)) for _ in range(_PEOPLE)]
    return People(Call(each, _init()) for each in itertools.cycle(headers))


def _init() -> bytes:
    return InitResumableUploadRequest(
        filename="a.mp4",
        content_type="video/mp4",
        size_bytes=1000,
        content_md5_hex=uuid.uuid4().hex,
    ).SerializeToString()


async def _at_pace(people: People, connections: list[GrpcConnection], order: Order) -> float:
    turns = itertools.cycle(connections)
    began, made = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < order.seconds:
        while made < passed * order.per_second:
            made += 1
            people.due += 1
            next(turns).start()
        await asyncio.sleep(_TICK_SECONDS)
    return time.perf_counter() - began


async def carry_out(order: Order) -> Said:
    """Do what one order says."""
    people = _people()
    connections = [await connected(order.port, people, 1) for _ in range(_CONNECTIONS)]
    took = await _at_pace(people, connections, order)
    end = time.perf_counter() + _SETTLE_SECONDS
    while people.answered < people.asked and time.perf_counter() < end:  # noqa: ASYNC110 - by callback
        await asyncio.sleep(_TICK_SECONDS)
    for connection in connections:
        connection.close()
    return people.in_short(took)


def main() -> None:
    """Carry out one order a line until there are none left."""
    for line in sys.stdin:
        said = uvloop.run(carry_out(Order(**json.loads(line))))
        print(json.dumps(asdict(said)), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
