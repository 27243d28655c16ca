"""More calls than there are places for: refused at once, told by number, and health goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import (  # type: ignore[import-untyped]  # ships stubs, but no py.typed
    error_details_pb2,
)
from grpc_health.v1 import (  # type: ignore[import-untyped]  # ships no types
    health_pb2,
    health_pb2_grpc,
)
from structlog.testing import capture_logs

from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.identity import IdentityReader
from catalog.adapters.grpc.telling import Told
from catalog.adapters.memory.tracing import MemoryTracing
from catalog.application.limits import Places, WorkBudget
from tests.integration.grpc.service import (
    AS_USER,
    METHODS,
    Service,
    UseCases,
    reason,
    refusal,
    rich_status,
    serving,
)
from tests.support.waiting import seen, until

GET = "/video.v1.UploadService/GetUpload"
PLACES = 2


@asynccontextmanager
async def full(tracing: MemoryTracing | None = None) -> AsyncIterator[Service]:
    """A server whose places are taken by calls that wait; they end with the block."""
    cases = UseCases(wait=asyncio.Event())
    guard = Guard(
        IdentityReader(["user_id"]),
        places=Places(PLACES),
        told=Told(tracing=tracing or MemoryTracing()),
    )
    async with serving(cases, guard=guard) as service:
        waiting = [asyncio.ensure_future(service.call(GET)) for _ in range(PLACES)]
        await until(lambda: guard.places.taken == PLACES)
        assert cases.wait is not None
        try:
            yield service
        finally:
            cases.wait.set()
            with suppress(grpc.aio.AioRpcError):
                await asyncio.gather(*waiting)


def retry_seconds(error: grpc.aio.AioRpcError) -> float:
    """What its RetryInfo says."""
    detail: Message
    for detail in rich_status(error).details:
        info = error_details_pb2.RetryInfo()
        if detail.Unpack(info):  # type: ignore[attr-defined]  # an Any
            return float(info.retry_delay.seconds)
    raise AssertionError("no RetryInfo")


async def test_what_has_no_place_is_refused_with_a_time_to_wait() -> None:
    async with full() as service:
        for method in METHODS:
            error = await refusal(service, method)
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert reason(error) == "SERVER_OVERLOADED"
            assert retry_seconds(error) == 1
        asked = len(service.use_cases.asked)
    assert asked == PLACES


async def test_what_comes_when_the_time_for_work_is_spent_is_refused_alike() -> None:
    guard = Guard(IdentityReader(["user_id"]), work=WorkBudget(share=0.001))
    async with serving(guard=guard) as service:
        await service.call(GET)
        guard.work.spend(1000)
        for method in METHODS:
            error = await refusal(service, method)
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert reason(error) == "SERVER_OVERLOADED"
            assert retry_seconds(error) == 1
        answer = await health_pb2_grpc.HealthStub(service.channel).Check(
            health_pb2.HealthCheckRequest(), timeout=20
        )
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_it_is_refused_before_its_request_has_come() -> None:
    async with full() as service:
        call: Any = service.channel.stream_unary(GET)(metadata=AS_USER, timeout=20)
        assert await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_whoever_comes_when_places_are_free_again_is_served() -> None:
    async with full() as service:
        await refusal(service, GET)
        assert service.use_cases.wait is not None
        service.use_cases.wait.set()
        full_still = grpc.StatusCode.RESOURCE_EXHAUSTED
        await seen(lambda: _code(service), lambda code: code is not full_still)
        await service.call(GET)


async def _code(service: Service) -> grpc.StatusCode | None:
    try:
        await service.call(GET)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return None


async def test_health_answers_meanwhile() -> None:
    async with full() as service:
        health = health_pb2_grpc.HealthStub(service.channel)
        answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=20)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_refusals_are_told_by_number_and_make_no_spans() -> None:
    tracing = MemoryTracing()
    with capture_logs() as logs:
        async with full(tracing) as service:
            for _ in range(50):
                await refusal(service, GET)
    refused = [line for line in logs if line.get("reason") == "SERVER_OVERLOADED"]
    assert {(line["event"], line["code"]) for line in refused} == {("rpc", "RESOURCE_EXHAUSTED")}
    assert sum(line["calls"] for line in refused) == 50
    assert len(refused) < 10
    assert len(tracing.spans) == PLACES


@pytest.mark.parametrize(
    ("method", "named"),
    [
        ("/video.v1.UploadService/NoSuch", "/video.v1.UploadService/NoSuch"),
        (f"/video.v1.UploadService/{'x' * 200}", ""),
    ],
)
async def test_calls_of_no_method_are_told_too(method: str, named: str) -> None:
    with capture_logs() as logs:
        async with serving() as service:
            call: Any = service.channel.unary_unary(method)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(b"", timeout=20)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert [(line["method"], line["named"], line["code"], line["calls"]) for line in logs] == [
        ("other", named, "UNIMPLEMENTED", 1)
    ]
