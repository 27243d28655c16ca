"""Health and reflection, as probes and tools ask for them."""

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import (  # type: ignore[import-untyped]  # ships no types
    health_pb2,
    health_pb2_grpc,
)
from grpc_reflection.v1alpha import reflection_pb2

from tests.integration.grpc.service import METHODS, Service, UseCases, reason, serving

NAMES = ["", "video.v1.UploadService", "video.v1.VideoService"]
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
REFLECTION = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
]


async def health(service: Service, name: str) -> int:
    stub = health_pb2_grpc.HealthStub(service.channel)
    answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=20)
    return int(answer.status)


@pytest.mark.parametrize("name", NAMES)
async def test_every_service_is_serving_without_a_user(name: str) -> None:
    async with serving() as service:
        assert await health(service, name) == SERVING


async def test_a_service_that_is_not_ours_is_not_found() -> None:
    async with serving() as service:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await health(service, "video.v1.Nonsense")
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_draining_server_says_so_and_still_serves() -> None:
    async with serving() as service:
        await service.server.drain()
        assert [await health(service, name) for name in NAMES] == [NOT_SERVING] * 3
        await service.call(METHODS[0])
        await service.server.drain()
    assert len(service.use_cases.asked) == 1


async def test_a_watcher_learns_of_the_drain() -> None:
    async with serving() as service, asyncio.timeout(20):
        stub = health_pb2_grpc.HealthStub(service.channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=""))
        assert (await watch.read()).status == SERVING
        await service.server.drain()
        assert (await watch.read()).status == NOT_SERVING
        watch.cancel()


async def test_health_answers_while_calls_wait() -> None:
    cases = UseCases(wait=asyncio.Event())
    async with serving(cases) as service, asyncio.timeout(20):
        calls = [asyncio.create_task(service.call(METHODS[1])) for _ in range(50)]
        await cases.started.wait()
        assert await health(service, "") == SERVING
        assert cases.wait is not None
        cases.wait.set()
        await asyncio.gather(*calls)


async def reflect(service: Service, method: str) -> list[str]:
    ask: Any = service.channel.stream_stream(
        method,
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    call = ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]), timeout=20)
    answers = [answer async for answer in call]
    return [each.name for each in answers[0].list_services_response.service]


@pytest.mark.parametrize("method", REFLECTION)
async def test_reflection_lists_our_services_when_it_is_on(method: str) -> None:
    async with serving(reflection=True) as service:
        assert {*NAMES[1:], "grpc.health.v1.Health"} < set(await reflect(service, method))


@pytest.mark.parametrize("method", REFLECTION)
async def test_reflection_is_an_unknown_method_when_it_is_off(method: str) -> None:
    async with serving(reflection=False) as service:
        # Nothing is sent: the answer does not wait for it, and grpc.aio's client calls a message
        # that comes after the answer an INTERNAL error.
        call: Any = service.channel.stream_stream(method)(timeout=20)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call.read()
    assert reason(refused.value) == "METHOD_UNKNOWN"
