"""Three times too much for 20 seconds: what is served goes on, the rest is refused quickly.

Calls come at a pace that no answer slows down. The peak is the most that gets done at any pace
around what callers who wait for their answers get done. Meanwhile a client as people have it, the
library's own, calls beside them: it must find the same.
"""

import asyncio
import json
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import (  # type: ignore[import-untyped]  # ships no types
    health_pb2,
    health_pb2_grpc,
)

from catalog.api.video.v1.upload_pb2 import InitResumableUploadRequest
from catalog.emulator import Emulator
from catalog.runtime.settings import LimitsSettings
from tests.e2e.service_process import Served, served
from tests.torture.figures import Figures
from tests.torture.overload_load import METHOD, Order, Said

_TIMES = 3
_SECONDS = 20.0
_PLACES = 8
"""What the service gets done in 20 ms, as its settings advise."""
_FIRST_PACE = 200.0
_STEP = 1.25
_STEP_SECONDS = 4.0
_REFUSED_SECONDS = 0.02
_GOODPUT = 0.9
_HEALTH_EVERY_SECONDS = 1.0
_CALL_EVERY_SECONDS = 0.1


@dataclass(slots=True)
class Health:
    """What health said while it was asked once a second."""

    asked: int = 0
    slowest_seconds: float = 0.0
    not_serving: list[str] = field(default_factory=list)

    async def ask(self, channel: grpc.aio.Channel) -> None:
        """Ask once."""
        began = time.monotonic()
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=10)
            if answer.status != health_pb2.HealthCheckResponse.SERVING:
                self.not_serving.append(str(answer.status))
        except grpc.aio.AioRpcError as error:
            self.not_serving.append(error.code().name)
        self.asked += 1
        self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)


@dataclass(slots=True)
class Client:
    """What one client of the library's hears, ten times a second."""

    served: int = 0
    refused_seconds: list[float] = field(default_factory=list)
    without_retry_info: int = 0
    other: list[str] = field(default_factory=list)

    async def ask(self, channel: grpc.aio.Channel) -> None:
        """Start an upload of something new."""
        request = InitResumableUploadRequest(
            filename="a.mp4",
            content_type="video/mp4",
            size_bytes=1000,
            content_md5_hex=uuid.uuid4().hex,
        )
        call: Any = channel.unary_unary(METHOD)  # bytes in and out: nobody reads the answer
        began = time.monotonic()
        try:
            await call(
                request.SerializeToString(),
                metadata=(("user_id", str(uuid.uuid4())),),
                timeout=20,
            )
            self.served += 1
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                self.other.append(f"{error.code().name}: {error.details()}")
                return
            self.refused_seconds.append(time.monotonic() - began)
            said = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
            self.without_retry_info += b"google.rpc.RetryInfo" not in bytes(said)


@asynccontextmanager
async def asking(who: Health | Client, service: Served, every: float) -> AsyncIterator[None]:
    """Let them ask while the block lasts, on a connection of their own."""

    async def ask_on(channel: grpc.aio.Channel) -> None:
        while True:
            began = time.monotonic()
            await who.ask(channel)
            await asyncio.sleep(max(0.0, every - (time.monotonic() - began)))

    options = [("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(service.target, options=options) as channel:
        task = asyncio.create_task(ask_on(channel))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


@dataclass(frozen=True, slots=True)
class Generator:
    """The process that calls."""

    process: asyncio.subprocess.Process
    port: int

    async def carry_out(self, per_second: float, seconds: float) -> Said:
        """Let it do one phase."""
        order = Order(self.port, per_second, seconds)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        async with asyncio.timeout(seconds + 60):
            return Said(**json.loads(await self.process.stdout.readline()))

    async def peak(self) -> float:
        """Find the most that gets done, per second: faster and faster until it is no more."""
        pace, most = _FIRST_PACE, 0.0
        while pace < 2 * most or not most:
            said = await self.carry_out(pace, _STEP_SECONDS)
            most, pace = max(most, said.goodput), pace * _STEP
        return most


@asynccontextmanager
async def generating(service: Served) -> AsyncIterator[Generator]:
    """Run the process while the block lasts."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.torture.overload_load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Generator(process, service.service.grpc_port)
    finally:
        process.kill()
        await process.wait()


@pytest.mark.timeout(240)
async def test_three_times_too_much_is_refused_quickly_while_the_rest_is_served(
    emulator: Emulator, database: str, tmp_path: Path, figures: Figures
) -> None:
    limits = {
        "CATALOG_LIMITS__MAX_CALLS": str(_PLACES),
        "CATALOG_LIMITS__WORK_SHARE": str(LimitsSettings().work_share),
    }
    health, client = Health(), Client()
    async with (
        served(emulator, database, tmp_path / "service.log", limits) as service,
        generating(service) as load,
    ):
        await load.carry_out(50, 1)  # whatever is done once is done now
        peak = await load.peak()
        async with (
            asking(health, service, _HEALTH_EVERY_SECONDS),
            asking(client, service, _CALL_EVERY_SECONDS),
        ):
            flood = await load.carry_out(_TIMES * peak, _SECONDS)
    client_median = statistics.median(client.refused_seconds or [0.0])
    figures.record(
        104,
        f"overload: {_TIMES} times the peak for {_SECONDS:.0f} s",
        peak_per_second=round(peak),
        offered_per_second=round(flood.offered),
        goodput_per_second=round(flood.goodput),
        goodput_of_peak_percent=round(100 * flood.goodput / peak),
        served_p50_milliseconds=round(flood.served_median * 1000, 1),
        refused=flood.refused,
        refused_p50_milliseconds=round(flood.refused_median * 1000, 1),
        refused_p50_milliseconds_by_the_library=round(client_median * 1000, 1),
        health_asked=health.asked,
        health_slowest_seconds=round(health.slowest_seconds, 2),
    )
    assert flood.other == {}
    assert flood.unanswered == 0
    assert flood.offered >= 0.95 * _TIMES * peak
    assert flood.goodput >= _GOODPUT * peak
    assert 0 < flood.refused_median <= _REFUSED_SECONDS
    assert 0 < client_median <= _REFUSED_SECONDS
    assert client.other == []
    assert client.without_retry_info == 0
    assert health.not_serving == []
    assert health.asked >= _SECONDS - 1
    assert health.slowest_seconds <= 1.0
