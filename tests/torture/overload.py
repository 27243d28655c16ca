"""Three times too much for 20 seconds: what is served goes on, the rest is refused quickly.

Callers do as refusals tell them: they come again a second later. A call waits in gRPC's core
until the library takes it, one at a time, and nobody can refuse it there: where the cores are
all in use, the time of a refusal is that of this queue. That is why these bars are not met yet,
and this run is none of `make torture`'s until they are.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import (  # type: ignore[import-untyped]  # ships no types
    health_pb2,
    health_pb2_grpc,
)

from catalog.emulator import Emulator
from tests.e2e.service_process import served
from tests.torture.figures import Figures
from tests.torture.overload_load import RETRY_SECONDS, Order, Said

_TIMES = 3
_SECONDS = 20.0
_PLACES = 8
"""What the service gets done in 20 ms, as its settings advise."""
_TRIED = (4, 8, 16, 32)
_ALL_BUT = 0.95
_REFUSED_SECONDS = 0.02
_GOODPUT = 0.9


@dataclass(slots=True)
class Health:
    """What health said while it was asked once a second."""

    asked: int = 0
    slowest_seconds: float = 0.0
    not_serving: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def watched(self, target: str) -> AsyncIterator[None]:
        """Ask while the block lasts, on a connection of its own."""
        async with grpc.aio.insecure_channel(target) as channel:
            asking = asyncio.create_task(self._ask(health_pb2_grpc.HealthStub(channel)))
            try:
                yield
            finally:
                asking.cancel()
                await asyncio.wait([asking])

    async def _ask(self, stub: "health_pb2_grpc.HealthStub") -> None:
        serving = health_pb2.HealthCheckResponse.SERVING
        while True:
            began = time.monotonic()
            try:
                answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=10)
                if answer.status != serving:
                    self.not_serving.append(str(answer.status))
            except grpc.aio.AioRpcError as error:
                self.not_serving.append(error.code().name)
            took = time.monotonic() - began
            self.asked += 1
            self.slowest_seconds = max(self.slowest_seconds, took)
            await asyncio.sleep(max(0.0, 1 - took))


@dataclass(frozen=True, slots=True)
class Generator:
    """The process that calls."""

    process: asyncio.subprocess.Process
    target: str

    async def carry_out(self, seconds: float, **how: float | bool) -> Said:
        """Let it do one phase."""
        order = Order(self.target, seconds, **how)  # type: ignore[arg-type]  # as its fields are
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        async with asyncio.timeout(seconds + 60):
            return Said(**json.loads(await self.process.stdout.readline()))

    async def peak(self) -> tuple[int, float]:
        """Find the most that gets done, per second, and how few callers at once bring it about."""
        tried = {n: (await self.carry_out(4, at_once=n)).goodput for n in _TRIED}
        most = max(tried.values())
        return min(n for n in _TRIED if tried[n] >= _ALL_BUT * most), most


@asynccontextmanager
async def generating(target: str) -> AsyncIterator[Generator]:
    """Run the process while the block lasts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.torture.overload_load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Generator(process, target)
    finally:
        process.kill()
        await process.wait()


@pytest.mark.timeout(240)
async def test_three_times_too_much_is_refused_quickly_while_the_rest_is_served(
    emulator: Emulator, database: str, tmp_path: Path, figures: Figures
) -> None:
    limits = {"CATALOG_LIMITS__MAX_CALLS": str(_PLACES)}
    health = Health()
    async with (
        served(emulator, database, tmp_path / "service.log", limits) as service,
        generating(service.target) as load,
    ):
        await load.carry_out(1, at_once=4)  # whatever is done once is done now
        callers, peak = await load.peak()
        async with health.watched(service.target):
            crowd = await load.carry_out(_SECONDS, at_once=_TIMES * callers, patient=True)
            # All but those who are served call once in as many seconds as they are told to wait.
            waiting = round((_TIMES - 1) * peak * RETRY_SECONDS)
            flood = await load.carry_out(_SECONDS, at_once=waiting + callers, patient=True)
    for what, said in (("callers", crowd), ("calls", flood)):
        figures.record(
            104,
            f"overload: {_TIMES} times the {what} of the peak",
            peak_per_second=round(peak),
            callers_at_peak=callers,
            offered_per_second=round(said.per_second),
            goodput_per_second=round(said.goodput),
            goodput_of_peak_percent=round(100 * said.goodput / peak),
            served_p50_milliseconds=round(said.served_median * 1000, 1),
            refused=said.refused,
            refused_p50_milliseconds=round(said.refused_median * 1000, 1),
            health_slowest_seconds=round(health.slowest_seconds, 2),
        )
        assert said.refused
        assert said.other == {}
        assert said.without_retry_info == 0
    assert crowd.goodput >= _GOODPUT * peak
    assert crowd.refused_median <= _REFUSED_SECONDS
    assert flood.refused_median <= _REFUSED_SECONDS
    assert flood.goodput >= _GOODPUT * peak
    assert health.not_serving == []
    assert health.slowest_seconds <= 1.0
