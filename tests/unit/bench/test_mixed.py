"""Calls of several kinds in one stream, and calls that their client gives up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc
import pytest_asyncio
from hpack import Encoder

from bench.load.closed_loop import Asking
from bench.load.grpc_frames import END_STREAM, HEADERS, RST_STREAM, Call, frame, header_block
from bench.load.mixed import (
    Impatience,
    ImpatientConnection,
    Part,
    _shuffled,
    load_cancelled,
    load_mixed,
)
from tests.unit.bench.wire import Wire

REFUSAL = Encoder().encode([("grpc-status", "8")])
METHODS = ("InitResumableUpload", "GetUpload", "ListUploads")


@dataclass(slots=True)
class Answering:
    """Counts what it is asked; slow where it is told to be."""

    port: int = 0
    seconds: float = 0.0
    refuses: bool = False
    asked: Counter[str] = field(default_factory=Counter)
    given_up: int = 0

    def handler(self, method: str) -> "grpc.RpcMethodHandler[bytes, bytes]":
        async def answer(_: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            self.asked[method] += 1
            if self.refuses:
                await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no")
            try:
                await asyncio.sleep(self.seconds)
            except asyncio.CancelledError:
                self.given_up += 1
                raise
            return b""

        return grpc.unary_unary_rpc_method_handler(answer)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Answering]:
    answering, running = Answering(), grpc.aio.server()
    handlers = {method: answering.handler(method) for method in METHODS}
    generic = grpc.method_handlers_generic_handler("video.v1.UploadService", handlers)
    running.add_generic_rpc_handlers((generic,))
    answering.port = running.add_insecure_port("127.0.0.1:0")
    await running.start()
    yield answering
    await running.stop(None)


def part(kind: str, count: int) -> Part:
    return {"kind": kind, "tag": "any", "items": 7, "count": count}


async def impatient(server: Answering, count: int) -> dict[str, object]:
    parts = [part("get", 9)]
    return await load_cancelled(port=server.port, server=0, parts=parts, seed=1, count=count)


async def test_every_call_of_every_part_is_made_once(server: Answering) -> None:
    parts = [part("init", 20), part("get", 50), part("list", 30)]
    told = await load_mixed(port=server.port, server=0, parts=parts, seed=1)
    assert (told["total"], told["errors"]) == (100, 0)
    assert server.asked == dict(zip(METHODS, (20, 50, 30), strict=True))


def test_the_seed_decides_the_order_of_the_calls() -> None:
    parts = [part("init", 20), part("get", 50)]
    first, again, other = (_shuffled(parts, seed) for seed in (1, 1, 2))
    assert first == again != other


async def test_as_many_calls_as_wanted_are_given_up(server: Answering) -> None:
    server.seconds = 60
    told = await impatient(server, 80)
    assert told["errors"] == 0
    assert 80 <= int(str(told["cancelled"])) == told["total"]
    async with asyncio.timeout(60):
        while server.given_up < server.asked.total():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.01)


async def test_refusals_beside_them_are_counted_and_are_no_errors(server: Answering) -> None:
    server.refuses = True
    told = await impatient(server, 1)
    assert told["errors"] == 0
    assert int(str(told["refused"])) + int(str(told["cancelled"])) == told["total"]


async def test_a_refusal_of_a_call_that_was_given_up_counts_nothing() -> None:
    call = Call(header_block("/a.Service/Echo", ()), b"")
    asking, impatience = Asking(iter([call])), Impatience(1)
    connection, wire = ImpatientConnection(asking, 1, impatience), Wire()
    connection.connection_made(wire)
    connection.start()
    async with asyncio.timeout(60):
        while not impatience.cancelled:  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.005)
    connection.data_received(frame(HEADERS, END_STREAM, 1, REFUSAL))
    assert (asking.answered, impatience.refused) == (1, 0)
    assert frame(RST_STREAM, 0, 1, (8).to_bytes(4)) in wire.written


async def test_in_one_that_is_not_cancelled_a_refusal_is_an_error(server: Answering) -> None:
    server.refuses = True
    told = await load_mixed(port=server.port, server=0, parts=[part("get", 3)], seed=1)
    assert (told["errors"], told["first_error"]) == (3, "status 8")
