"""The server stops in order, and never silently."""

import asyncio
import time

import grpc
import pytest

from tests.integration.grpc.service import METHODS, Service, UseCases, refusal, serving

GET = "/video.v1.UploadService/GetUpload"


async def test_a_call_in_flight_finishes_while_the_server_stops() -> None:
    cases = UseCases(wait=asyncio.Event())
    async with asyncio.timeout(20), serving(cases) as service:
        call = asyncio.create_task(service.call(GET))
        await cases.started.wait()
        stopping = asyncio.create_task(service.server.stop(10))
        await asyncio.sleep(0)  # its first step closes the door
        late = await refusal(service, GET)
        # Core cancels what crosses its GOAWAY on the wire.
        assert late.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
        assert cases.wait is not None
        cases.wait.set()
        assert (await call).status == "pending"
        await stopping
    assert not cases.cancelled.is_set()


async def call_until_refused(service: Service) -> tuple[grpc.StatusCode, str | None]:
    while True:
        try:
            await service.call(GET)
        except grpc.aio.AioRpcError as error:
            return error.code(), error.details()


async def test_under_load_every_call_is_either_answered_or_told_to_go_elsewhere() -> None:
    async with asyncio.timeout(60), serving() as service:
        callers = [asyncio.create_task(call_until_refused(service)) for _ in range(30)]
        await service.use_cases.started.wait()
        stopping = asyncio.create_task(service.server.stop(240, refusal_seconds=120))
        ends = await asyncio.gather(*callers)
        stopping.cancel()  # the rest of its time is for nobody
        await asyncio.wait([stopping])
    assert set(ends) == {(grpc.StatusCode.UNAVAILABLE, "The server is shutting down.")}


async def test_a_call_that_outlasts_the_grace_is_cancelled() -> None:
    cases = UseCases(wait=asyncio.Event())
    started = time.monotonic()
    async with asyncio.timeout(20), serving(cases, grace_seconds=0.2) as service:
        call = asyncio.create_task(service.call(GET))
        await cases.started.wait()
        await service.server.stop(0.2)
        await cases.cancelled.wait()
        with pytest.raises(grpc.aio.AioRpcError):
            await call
    assert time.monotonic() - started < 10


async def test_watching_ends_with_an_orderly_stop() -> None:
    async with asyncio.timeout(20):
        async with serving() as service:
            watch = asyncio.create_task(service.server.watch())
            await service.call(METHODS[0])
            assert not watch.done()
        await watch


async def test_watching_raises_when_the_server_just_ends() -> None:
    async with asyncio.timeout(20), serving() as service:
        watch = asyncio.create_task(service.server.watch())
        await service.server._server.stop(None)
        with pytest.raises(RuntimeError, match="without being asked"):
            await watch


async def test_a_port_in_use_is_refused_at_start() -> None:
    async with serving() as service:
        with pytest.raises(RuntimeError):
            async with serving(address=f"127.0.0.1:{service.server.port}"):
                raise AssertionError("two servers on one port")


async def test_stopping_twice_is_harmless() -> None:
    async with serving() as service:
        await service.server.stop(0)
        await service.server.stop(0)


async def test_clients_are_asked_to_connect_anew_and_lose_no_call_by_it() -> None:
    ready = grpc.ChannelConnectivity.READY
    async with (
        asyncio.timeout(30),
        serving(connection_age_seconds=0.2) as service,
    ):
        calling = asyncio.Event()

        async def call() -> None:
            while not calling.is_set():
                await service.call(GET)

        callers = [asyncio.create_task(call()) for _ in range(5)]
        for _ in range(3):
            await service.channel.channel_ready()
            await service.channel.wait_for_state_change(ready)
        calling.set()
        await asyncio.gather(*callers)
