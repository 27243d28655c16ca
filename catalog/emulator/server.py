"""Starts and stops an emulator inside the running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from catalog.emulator.app import build_app
from catalog.emulator.assembly import assemble
from catalog.emulator.clock import Clock
from catalog.emulator.connection import AbortableProtocol
from catalog.emulator.delivery import PushQueue
from catalog.emulator.fault_switches import FaultSwitches
from catalog.emulator.issuer import OidcIssuer
from catalog.emulator.keys import EmulatorKeys, write_service_account_file
from catalog.emulator.messages import Message
from catalog.emulator.objects import ObjectStore, StoredObject
from catalog.emulator.pubsub_server import PubsubServer
from catalog.emulator.push_client import PushTarget
from catalog.emulator.request_log import RequestLog
from catalog.emulator.seeding import store
from catalog.emulator.settings import EmulatorSettings
from catalog.emulator.state import EmulatorState

_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator: its addresses, and its inside for tests of the same process."""

    state: EmulatorState
    service_account_file: Path

    @property
    def url(self) -> str:
        """Base URL of every service, no slash at the end."""
        return self.state.base_url

    @property
    def certs_url(self) -> str:
        """Where the certificates of push tokens are."""
        return f"{self.url}/oauth2/v1/certs"

    @property
    def pubsub_target(self) -> str:
        """host:port of Pub/Sub's gRPC services, without TLS."""
        return self.pubsub.target

    @property
    def pubsub(self) -> PubsubServer:
        """The server of those services: ``stop`` it and it is down, ``start`` it and it is back."""
        return self.state.pubsub

    @property
    def published(self) -> list[Message]:
        """What was published to topics, in the order in which it was accepted."""
        return self.state.topics.published

    def store(
        self,
        name: str,
        content: bytes,
        *,
        bucket: str | None = None,
        content_type: str = "video/mp4",
        notify: bool = False,
    ) -> StoredObject:
        """An object without an upload, in the first bucket unless told otherwise."""
        into = bucket or self.settings.buckets[0]
        stored = store(self.state, into, name, content, content_type)
        if notify:
            self.state.notifications.object_finalized(stored)
        return stored

    def push_to(self, endpoint: str, audience: str | None = None) -> None:
        """Set or replace the push endpoint; without an audience it is the endpoint's URL."""
        self.pushes.set_target(PushTarget(endpoint, audience))

    @property
    def settings(self) -> EmulatorSettings:
        """As given to ``run_emulator``."""
        return self.state.settings

    @property
    def clock(self) -> Clock:
        """The emulator's time; moved by the clock fault."""
        return self.state.clock

    @property
    def faults(self) -> FaultSwitches:
        """What goes wrong right now."""
        return self.state.faults

    @property
    def objects(self) -> ObjectStore:
        """Live objects."""
        return self.state.objects

    @property
    def pushes(self) -> PushQueue:
        """The push subscription; ``pushes.log`` is its record."""
        return self.state.pushes

    @property
    def requests(self) -> RequestLog:
        """Storage requests since start."""
        return self.state.requests

    @property
    def issuer(self) -> OidcIssuer:
        """Tokens and their keys."""
        return self.state.issuer


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to its host and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the emulator."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does it, and then known to ``run_emulator``."""
        await super().startup(sockets)
        self.listening.set()


@contextlib.asynccontextmanager
async def run_emulator(
    settings: EmulatorSettings, keys: EmulatorKeys | None = None
) -> AsyncIterator[Emulator]:
    """Listen until the block is left; pending pushes and open connections end with it.

    Objects and sessions live in this process and in ``data_dir``; a restart forgets them.
    Keys are fresh unless given, which spares the start some tenths of a second.
    Raises OSError when the port is taken.
    """
    listener = _listen(settings)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(listener.close)
        base_url = settings.public_url or _base_url(settings.host, listener)
        state = await assemble(settings, base_url, keys)
        stack.callback(state.pubsub.release)
        stack.push_async_callback(state.push_client.close)
        stack.push_async_callback(state.pushes.discard)
        stack.push_async_callback(state.subscriptions.close)
        stack.push_async_callback(state.pubsub.stop)
        await state.pubsub.start()
        key_file = settings.data_dir / "service-account.json"
        write_service_account_file(
            key_file,
            state.signer,
            email=settings.signer_email,
            project_id=settings.project_id,
            base_url=state.base_url,
        )
        await stack.enter_async_context(_serving(state, listener))
        yield Emulator(state, key_file)


@contextlib.asynccontextmanager
async def _serving(state: EmulatorState, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(_config(state))
    running = asyncio.create_task(server.serve([listener]), name="emulator")
    try:
        await _until_listening(server, running)
        yield
    finally:
        server.should_exit = True
        async with asyncio.timeout(_START_SECONDS + state.settings.shutdown_grace_seconds):
            await running


async def _until_listening(server: _Server, running: asyncio.Task[None]) -> None:
    """Return once connections are accepted. Raises what ended the server, or TimeoutError."""
    listening = asyncio.create_task(server.listening.wait())
    try:
        async with asyncio.timeout(_START_SECONDS):
            await asyncio.wait({listening, running}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        listening.cancel()


def _config(state: EmulatorState) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(state),
        http=AbortableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # session URIs are credentials and would be in it
        proxy_headers=False,  # the control endpoints trust the peer's address
        server_header=False,
        timeout_keep_alive=state.settings.keep_alive_seconds,
        timeout_graceful_shutdown=state.settings.shutdown_grace_seconds,
    )


def _listen(settings: EmulatorSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it; asyncio sets it only where a socket says that it is TCP, which
        # this one does not. Without it a body waits 40 ms for the head's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise
    return listener


def _base_url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
