"""Calls as many people make them, as a process: python -m tests.torture.overload_load.

Takes its orders as one line of JSON each on standard input and answers each with one.
"""

import asyncio
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import grpc
import uvloop

from catalog.api.video.v1.upload_pb2 import InitResumableUploadRequest
from catalog.domain.errors import ServerOverloadedError

METHOD = "/video.v1.UploadService/InitResumableUpload"
RETRY_SECONDS = ServerOverloadedError().retry_after_seconds
_CHANNELS = 4
_MOST_AT_ONCE = 4_000
_TICK_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Order:
    """One phase. Either so many callers, each with call after call, or so many calls a second."""

    target: str
    seconds: float
    at_once: int = 0
    patient: bool = False
    """True: these callers wait as long as a refusal says. False: nobody waits for anything."""
    per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """What an order came to."""

    per_second: float
    """Calls that were made."""
    goodput: float
    """Calls that were served, a second."""
    served_median: float
    """Seconds, like the next one."""
    refused_median: float
    refused: int
    without_retry_info: int
    """Refusals that do not say when to come again."""
    unsent: int
    """What the pace asked for while thousands were without an answer."""
    other: dict[str, int]
    """Every other answer, by its code and text."""


@dataclass(slots=True)
class Heard:
    """What was answered. Seconds."""

    sent: int = 0
    unsent: int = 0
    other: dict[str, int] = field(default_factory=dict)
    served_seconds: list[float] = field(default_factory=list)
    refused_seconds: list[float] = field(default_factory=list)
    without_retry_info: int = 0
    took_seconds: float = 0.0

    def in_short(self) -> Said:
        """Put it into a few numbers."""
        return Said(
            per_second=self.sent / self.took_seconds,
            goodput=len(self.served_seconds) / self.took_seconds,
            served_median=_median(self.served_seconds),
            refused_median=_median(self.refused_seconds),
            refused=len(self.refused_seconds),
            without_retry_info=self.without_retry_info,
            unsent=self.unsent,
            other=self.other,
        )


def _median(seconds: list[float]) -> float:
    return statistics.median(seconds) if seconds else 0.0


class Load:
    """People who start an upload of something new, each with every call somebody else."""

    def __init__(self, channels: list[grpc.aio.Channel], heard: Heard) -> None:
        # No codec of the library's: what is sent is bytes, what comes back nobody reads.
        self._calls: list[Any] = [channel.unary_unary(METHOD) for channel in channels]
        self._heard = heard

    async def call(self) -> bool:
        """Ask once, note what came of it, and return whether it was served."""
        heard, call = self._heard, self._calls[self._heard.sent % len(self._calls)]
        request = InitResumableUploadRequest(
            filename="a.mp4",
            content_type="video/mp4",
            size_bytes=1000,
            content_md5_hex=uuid.uuid4().hex,
        )
        heard.sent += 1
        began = time.perf_counter()
        try:
            await call(
                request.SerializeToString(),
                metadata=(("user_id", str(uuid.uuid4())),),
                timeout=20,
            )
        except grpc.aio.AioRpcError as error:
            self._refused(error, time.perf_counter() - began)
            return False
        heard.served_seconds.append(time.perf_counter() - began)
        return True

    def _refused(self, error: grpc.aio.AioRpcError, seconds: float) -> None:
        if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
            name = f"{error.code().name}: {error.details()}"
            self._heard.other[name] = self._heard.other.get(name, 0) + 1
            return
        self._heard.refused_seconds.append(seconds)
        said = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        self._heard.without_retry_info += b"google.rpc.RetryInfo" not in bytes(said)

    async def all_the_time(self, order: Order) -> None:
        """Keep so many callers at it."""
        end = time.perf_counter() + order.seconds

        async def one_after_another() -> None:
            while time.perf_counter() < end:
                if not await self.call() and order.patient:
                    await asyncio.sleep(RETRY_SECONDS * random.uniform(0.75, 1.25))

        async with asyncio.TaskGroup() as people:
            for _ in range(order.at_once):
                people.create_task(one_after_another())

    async def at_pace(self, per_second: float, seconds: float) -> None:
        """Begin so many calls a second, whatever becomes of those before."""
        began, due = time.perf_counter(), 0
        waiting: set[asyncio.Task[bool]] = set()
        while (passed := time.perf_counter() - began) < seconds:
            while due < passed * per_second:
                due += 1
                if len(waiting) >= _MOST_AT_ONCE:
                    self._heard.unsent += 1
                    continue
                task = asyncio.ensure_future(self.call())
                waiting.add(task)
                task.add_done_callback(waiting.discard)
            await asyncio.sleep(_TICK_SECONDS)
        if waiting:
            await asyncio.wait(waiting, timeout=30)


@asynccontextmanager
async def _channels(target: str) -> AsyncIterator[list[grpc.aio.Channel]]:
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
    opened = [grpc.aio.insecure_channel(target, options=options) for _ in range(_CHANNELS)]
    try:
        yield opened
    finally:
        for channel in opened:
            await channel.close()


async def carry_out(order: Order) -> Said:
    """Do what one order says."""
    heard = Heard()
    async with _channels(order.target) as channels:
        load = Load(channels, heard)
        began = time.perf_counter()
        if order.at_once:
            await load.all_the_time(order)
        else:
            await load.at_pace(order.per_second, order.seconds)
        heard.took_seconds = time.perf_counter() - began
    return heard.in_short()


def main() -> None:
    """Carry out one order a line until there are none left."""
    for line in sys.stdin:
        said = uvloop.run(carry_out(Order(**json.loads(line))))
        print(json.dumps(asdict(said)), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
