"""Servers of all parts at once, told by lines what to write: `python -m bench.bare.whole_servers`.

A process of its own, so that what is prepared here is no burden to the empty servers.
"""

import asyncio
import json
import os
from contextlib import AsyncExitStack

import uvloop
from starlette.applications import Starlette
from starlette.routing import Route

from bench.asked import answer
from bench.bare.pool import bare_pool
from bench.bare.servers import EVERYWHERE, grpc_port
from bench.bare.whole import BareInit, BarePush
from catalog.adapters.http.server import HttpSettings, http_server


async def _serve() -> None:
    """Tell the ports, then do as the lines say until they end."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(bare_pool(os.environ["DATABASE_URL"]))
        init, push = BareInit(pool), BarePush(pool)
        app = Starlette(routes=[Route("/", push.answer, methods=["POST"])])
        http = await stack.enter_async_context(http_server(app, HttpSettings(EVERYWHERE)))
        ports = {
            "grpc_port": await stack.enter_async_context(grpc_port({"Init": init.answer})),
            "http_port": http.port,
        }
        print(json.dumps(ports), flush=True)
        await answer({"prepare_init": init.prepare, "prepare_push": push.prepare})


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
