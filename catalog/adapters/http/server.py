"""The HTTP server: uvicorn as a part of the process, not as its owner."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from catalog.adapters.http.protocol import BoundedHttpProtocol
from catalog.application.worker import rest

_STOP_MARGIN_SECONDS = 3.0
_START_SECONDS = 10.0
_TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How the server listens and how it lets go."""

    address: str
    """host:port; port 0 takes a free one; IPv6 hosts in brackets."""
    grace_seconds: int = 5
    """How long requests in flight may take to finish."""
    keep_alive_seconds: int = 620
    """Above the 600 s of Google's front ends, so that they never use a connection
    that is just being closed (Cloud Load Balancing, backend keepalive)."""
    backlog: int = 512


class _EmbeddedServer(uvicorn.Server):
    """Leaves signals to the process: whoever stops it does so through `end`."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self._ending = asyncio.Event()
        self.servers = []  # uvicorn sets it late, or never

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    def end(self) -> None:
        """Stop soon."""
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        """Tick for the Date header alone; uvicorn does ten times as often, to see `should_exit`."""
        while not await self.on_tick(0):
            await rest(self._ending, _TICK_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class HttpServer:
    """A server that serves; its owner watches it and leaves its context."""

    def __init__(self, server: _EmbeddedServer, serving: asyncio.Task[None], port: int) -> None:
        self.port = port
        self._server = server
        self._serving = serving
        self._stopping = False

    async def watch(self) -> None:
        """Return once the server has stopped as asked; raise RuntimeError if it just ended."""
        await asyncio.wait([self._serving])
        if not self._stopping:
            cause = None if self._serving.cancelled() else self._serving.exception()
            raise RuntimeError("the HTTP server ended without being asked to") from cause

    async def stop(self, grace_seconds: float) -> None:
        """Close the port, let requests in flight finish within the grace, cancel the rest."""
        self._stopping = True
        self._server.end()
        limit = grace_seconds + _STOP_MARGIN_SECONDS
        _, hanging = await asyncio.wait([self._serving], timeout=limit)
        for task in hanging:
            task.cancel()
        for listener in self._server.servers:  # open still where the server did not end itself
            listener.close()


@asynccontextmanager
async def http_server(app: ASGIApp, settings: HttpSettings) -> AsyncIterator[HttpServer]:
    """Serve `app` while the context lasts. Raises OSError when the address cannot be bound."""
    listener = _listen(settings)
    server = _EmbeddedServer(_config(app, settings))
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="http-server")
    running = HttpServer(server, serving, listener.getsockname()[1])
    try:
        await _started(server, serving)
        yield running
    finally:
        await running.stop(settings.grace_seconds)
        listener.close()


def _config(app: ASGIApp, settings: HttpSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # Where a request begins as the one before it ends, it would inherit what that one bound.
        reset_contextvars=True,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.grace_seconds,
    )


def _listen(settings: HttpSettings) -> socket.socket:
    host, _, port = settings.address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    address = (host.strip("[]"), int(port))
    listener = socket.create_server(address, family=family, backlog=settings.backlog)
    # Connections inherit it. asyncio sets it only where a socket says that it is TCP, which
    # those accepted here do not; without it a body waits 40 ms for the head's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def _started(server: _EmbeddedServer, serving: asyncio.Task[None]) -> None:
    serving.add_done_callback(lambda _: server.listening.set())
    async with asyncio.timeout(_START_SECONDS):
        await server.listening.wait()
    if serving.done():
        serving.result()
        raise RuntimeError("the HTTP server ended while it started")
