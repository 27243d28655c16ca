"""Servers that do nothing, with the service's own options: `python -m bench.bare.servers`."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import grpc
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.bare.pool import bare_pool
from bench.bare.sink import sink
from bench.bare.statements import on_bare_tables
from bench.items import Item
from catalog.adapters.grpc.server import GrpcSettings
from catalog.adapters.http.server import HttpSettings, http_server
from catalog.adapters.postgres.queries import load

EVERYWHERE = "127.0.0.1:0"
ROWS = 50_000
"""Uploads that are there before anything is measured."""
SELECTED = 20_000
"""How many of them are asked for, in turn."""
SELECTED_TAG = "selected"
Answer = Callable[[bytes, Any], Awaitable[bytes]]


class Selecting:
    """An empty call with one bare statement in it."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._text = on_bare_tables(load("uploads.sql")["get_upload"])
        self._next = 0
        self._keys: list[tuple[UUID, UUID]] = []
        for number in range(SELECTED):
            item = Item(SELECTED_TAG, number)
            self._keys.append((item.upload_id, item.user))

    async def answer(self, _request: bytes, _context: object) -> bytes:
        """Look one up. Raises LookupError where it is not."""
        self._next = (self._next + 7919) % SELECTED
        if await self._pool.fetchrow(self._text, *self._keys[self._next]) is None:
            raise LookupError("the bare table lacks an upload")
        return b""


async def _empty(_request: bytes, _context: object) -> bytes:
    return b""


async def _read_and_say_nothing(request: Request) -> Response:
    await request.body()
    return Response(status_code=204)


@asynccontextmanager
async def grpc_port(answers: Mapping[str, Answer]) -> AsyncIterator[int]:
    """Serve `bench.Bare`, its methods by name, with the service's own options."""
    server = grpc.aio.server(options=GrpcSettings(EVERYWHERE).channel_options())
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        name: grpc.unary_unary_rpc_method_handler(answer) for name, answer in answers.items()
    }
    service = grpc.method_handlers_generic_handler("bench.Bare", handlers)
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port(EVERYWHERE)
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


async def _serve() -> None:
    """Tell the ports and serve until the input ends."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(bare_pool(os.environ["DATABASE_URL"]))
        app = Starlette(routes=[Route("/", _read_and_say_nothing, methods=["POST"])])
        http = await stack.enter_async_context(http_server(app, HttpSettings(EVERYWHERE)))
        calls = {"Empty": _empty, "Select": Selecting(pool).answer}
        ports = {
            "grpc_port": await stack.enter_async_context(grpc_port(calls)),
            "http_port": http.port,
            "sink_port": await stack.enter_async_context(sink()),
        }
        print(json.dumps(ports), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
