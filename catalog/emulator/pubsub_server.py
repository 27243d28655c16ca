"""The gRPC server of Pub/Sub, which can go down and come back under the same address."""

import contextlib
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
from google.protobuf.message import Message

from catalog.emulator.pubsub_types import Pb, PubsubRefusal
from catalog.emulator.settings import EmulatorSettings

Method = Callable[[Pb], Awaitable[Pb]]
Context = grpc.aio.ServicerContext[Any, Any]

# [pubsub-quotas] 10 MB a request; a little more reaches the handler that refuses it in words.
_MAX_RECEIVE_BYTES = 12_000_000


class PubsubServer:
    """Holds its port from the start to ``release``, listening or not."""

    def __init__(
        self, settings: EmulatorSettings, services: Mapping[str, Mapping[str, tuple[Method, Any]]]
    ) -> None:
        """Raise OSError when the port is taken."""
        self._reserved = _reserve(settings.host, settings.pubsub_port)
        self._host = settings.host
        self._services = services
        self._server: grpc.aio.Server | None = None

    @property
    def target(self) -> str:
        """host:port, for clients."""
        port = self._reserved.getsockname()[1]
        return f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"

    async def start(self) -> None:
        """Listen; nothing changes where it does already."""
        if self._server is None:
            self._server = grpc.aio.server(
                options=[
                    ("grpc.so_reuseport", 1),
                    ("grpc.max_receive_message_length", _MAX_RECEIVE_BYTES),
                ]
            )
            self._server.add_generic_rpc_handlers(
                [_handlers(name, methods) for name, methods in self._services.items()]
            )
            self._server.add_insecure_port(self.target)
            await self._server.start()

    async def stop(self) -> None:
        """Refuse connections, as a service does that is down; calls under way are broken off."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop(None)

    def release(self) -> None:
        """Give the port back, for good."""
        self._reserved.close()


def _reserve(host: str, port: int) -> socket.socket:
    """Bind without listening, so that nobody else gets the port while the server is down."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port:
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            # Alone, so that a port which somebody shares counts as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    reserved = socket.socket(family, socket.SOCK_STREAM)
    try:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind((host, port))
    except OSError:
        reserved.close()
        raise
    return reserved


def _handlers(service: str, methods: Mapping[str, tuple[Method, Any]]) -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(
        service,
        {
            name: grpc.unary_unary_rpc_method_handler(
                _answering(method),
                request_deserializer=request.FromString,
                response_serializer=_serialized,
            )
            for name, (method, request) in methods.items()
        },
    )


def _answering(method: Method) -> Callable[[Pb, Context], Awaitable[Pb]]:
    async def answer(request: Pb, context: Context) -> Pb:
        try:
            return await method(request)
        except PubsubRefusal as refusal:
            await context.abort(refusal.status, refusal.message)

    return answer


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
