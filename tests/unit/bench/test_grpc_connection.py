"""The load generator's few frames of HTTP/2, against gRPC's own server."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import grpc
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.load import grpc_connection
from bench.load.closed_loop import Asking, ask
from bench.load.grpc_frames import (
    DATA,
    FIRST_WINDOW,
    PREFACE,
    Call,
    Frames,
    frame,
    header_block,
    more_room,
)
from bench.load.http_connection import Post, connected, post
from catalog.adapters.http.server import HttpSettings, http_server
from tests.unit.bench.wire import Wire

LONG = b"x" * 15_000


async def _echo(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
    if request == b"fail":
        await context.abort(grpc.StatusCode.NOT_FOUND, "no")
    metadata = dict(context.invocation_metadata() or ())
    assert metadata["user_id"] == "somebody"
    return request


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(_echo)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("a.Service", {"Echo": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield port
    await server.stop(None)


def call(message: bytes) -> Call:
    return Call(header_block("/a.Service/Echo", (("user_id", "somebody"),)), message)


async def asked(port: int, asking: Asking[Call], at_once: int = 8) -> dict[str, object]:
    connection = await grpc_connection.connected(port, asking, at_once)
    return await ask(asking, [connection], seconds=120, warm_seconds=0, server=None)


async def test_every_call_is_asked_and_answered_once(port: int) -> None:
    asking = Asking(iter([call(str(number).encode()) for number in range(300)]))
    told = await asked(port, asking)
    assert (told["total"], told["errors"]) == (300, 0)
    assert len(asking.latencies) == 300


async def test_long_messages_get_through(port: int) -> None:
    told = await asked(port, Asking(iter([call(LONG)] * 60)), at_once=60)
    assert (told["total"], told["errors"]) == (60, 0)


def messages(wire: Wire) -> int:
    return sum(kind == DATA for kind, *_ in Frames().feed(wire.written[len(PREFACE) :]))


async def test_what_does_not_fit_into_the_servers_window_waits_for_room() -> None:
    connection = grpc_connection.GrpcConnection(Asking(iter([call(LONG)] * 6)), 6)
    connection.connection_made(wire := Wire())
    connection.start()
    assert messages(wire) == FIRST_WINDOW // (len(LONG) + 5) == 4
    connection.data_received(more_room(30_000))
    assert messages(wire) == 6


async def test_another_status_than_ok_is_an_error(port: int) -> None:
    told = await asked(port, Asking(iter([call(b"fine"), call(b"fail"), call(b"fine")])))
    assert (told["total"], told["errors"]) == (3, 1)
    assert told["first_error"] == "status 5"


async def test_it_stops_when_the_time_is_over(port: int) -> None:
    asking = Asking(itertools.repeat(call(b"again")))
    connection = await grpc_connection.connected(port, asking, 4)
    told = await ask(asking, [connection], seconds=1, warm_seconds=0.05, server=None)
    assert told["errors"] == 0
    assert int(str(told["operations"])) <= asking.answered == asking.asked
    assert asking.answered >= 4


async def test_a_server_that_goes_away_fails_what_was_on_its_way() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        told = await asked(server.sockets[0].getsockname()[1], Asking(iter([call(b"x")] * 3)))
    assert told["errors"] == told["total"]
    assert told["errors"] != 0


def test_frames_may_come_in_any_pieces() -> None:
    wire = frame(0, 1, 3, b"abc") + frame(4, 0, 0) + frame(1, 5, 2**31 - 1, b"z" * 300)
    whole = list(Frames().feed(wire))
    pieces = Frames()
    assert [each for byte in wire for each in pieces.feed(bytes([byte]))] == whole
    assert whole[0] == (0, 1, 3, b"abc")
    assert whole[2][2] == 2**31 - 1


async def test_posts_are_answered_with_what_is_right_for_them() -> None:
    async def answer(request: Request) -> Response:
        return Response(status_code=204 if await request.body() == b"{}" else 401)

    app = Starlette(routes=[Route("/", answer, methods=["POST"])])
    posts: list[Post] = [post("/", b"{}", {}, 204)] * 20 + [post("/", b"no", {}, 204)]
    async with http_server(app, HttpSettings("127.0.0.1:0", grace_seconds=1)) as server:
        asking = Asking(iter(posts))
        told = await ask(
            asking,
            [await connected(server.port, asking) for _ in range(3)],
            seconds=120,
            warm_seconds=0,
            server=None,
        )
    assert (told["total"], told["errors"], told["first_error"]) == (21, 1, "status 401")
