"""The server is a part of the process: it leaves signals alone and never ends silently."""

import asyncio
import signal

import pytest

from catalog.adapters.http import protocol
from catalog.adapters.http.server import HttpServer, HttpSettings
from tests.integration.http.sidecar import Desk, head, running, wire
from tests.unit.adapters.http.pushes import a_push, body


async def closed(server: HttpServer) -> None:
    """Return once it listens no more. A try of the port could reach another test's server."""
    while any(each.is_serving() for each in server._server.servers):  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)


async def test_a_request_in_flight_finishes_while_the_server_stops() -> None:
    desk = Desk(wait=asyncio.Event())
    async with asyncio.timeout(20), running(desk) as sidecar:
        push = asyncio.create_task(sidecar.push(body(a_push())))
        await desk.started.wait()
        stopping = asyncio.create_task(sidecar.server.stop(10))
        await closed(sidecar.server)
        assert desk.wait is not None
        desk.wait.set()
        assert (await push).status_code == 204
        await stopping


async def test_a_request_that_outlasts_the_grace_is_cancelled() -> None:
    desk = Desk(wait=asyncio.Event())
    settings = HttpSettings("127.0.0.1:0", grace_seconds=1)
    async with asyncio.timeout(20), running(desk, http=settings) as sidecar:
        push = asyncio.create_task(sidecar.push(body(a_push())))
        await desk.started.wait()
        await sidecar.server.stop(1)
        answer = await push
    assert (answer.status_code, answer.content) == (503, b"")


async def test_signal_handlers_stay_as_they_were() -> None:
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    async with running():
        assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == before


async def test_watching_ends_with_an_orderly_stop() -> None:
    async with asyncio.timeout(20):
        async with running() as sidecar:
            watch = asyncio.create_task(sidecar.server.watch())
            await sidecar.client.get("/healthz")
            assert not watch.done()
        await watch


async def test_watching_raises_when_the_server_just_ends() -> None:
    async with asyncio.timeout(20), running() as sidecar:
        watch = asyncio.create_task(sidecar.server.watch())
        sidecar.server._serving.cancel()
        with pytest.raises(RuntimeError, match="without being asked"):
            await watch


async def test_a_port_in_use_is_refused_at_start() -> None:
    async with running() as sidecar:
        with pytest.raises(OSError, match="in use"):
            async with running(http=HttpSettings(f"127.0.0.1:{sidecar.server.port}")):
                raise AssertionError("two servers on one port")


async def test_an_ipv6_address_is_written_in_brackets() -> None:
    async with running(http=HttpSettings("[::1]:0")) as sidecar:
        answer = await sidecar.client.get(f"http://[::1]:{sidecar.server.port}/healthz")
    assert answer.status_code == 200


async def test_a_head_without_end_is_refused() -> None:
    async with running() as sidecar, wire(sidecar) as line:
        await line.send(b"GET /healthz HTTP/1.1\r\nx-filler: ")
        with pytest.raises(ConnectionError):
            await asyncio.gather(*(line.send(b"x" * 65536) for _ in range(1000)))
        assert (await sidecar.client.get("/healthz")).status_code == 200


async def test_a_head_that_comes_too_slowly_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(protocol, "MAX_HEAD_SECONDS", 0.2)
    async with running() as sidecar:
        for beginning in (b"", b"GET /healthz HTTP/1.1\r\nhost: x\r\n"):
            async with wire(sidecar) as line, asyncio.timeout(10):
                await line.send(beginning)
                assert await line.reader.read() == b""
        async with wire(sidecar) as line, asyncio.timeout(10):
            await line.send(head(None, method="GET", path="/healthz"))
            assert (await line.answer())[0] == 200
            await line.send(b"GET /heal")
            assert await line.reader.read() == b""


async def test_what_is_no_http_is_refused_quietly() -> None:
    async with running() as sidecar, wire(sidecar) as line:
        await line.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        status, _ = await line.answer()
        assert status == 400
