"""The gRPC server: its services, health and reflection, and the order in which it stops."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import grpc
from grpc_health.v1 import (  # type: ignore[import-untyped]  # ships no types
    health,
    health_pb2,
    health_pb2_grpc,
)

from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.guarded_services import GuardedServices
from catalog.adapters.grpc.reflection import add_reflection
from catalog.adapters.grpc.uploads import UploadServicer
from catalog.adapters.grpc.videos import VideoServicer
from catalog.api.video.v1 import upload_pb2, upload_pb2_grpc, video_pb2, video_pb2_grpc

SERVICES = (
    upload_pb2.DESCRIPTOR.services_by_name["UploadService"].full_name,
    video_pb2.DESCRIPTOR.services_by_name["VideoService"].full_name,
)
HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
_STOP_MARGIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class GrpcSettings:
    """How the server listens and how it lets go."""

    address: str
    """host:port; port 0 takes a free one."""
    grace_seconds: float = 5.0
    """How long calls in flight may take to finish; a health Watch uses all of it."""
    refusal_seconds: float = 0.25
    """How long new calls are refused before the connections close. Part of the grace.
    What is on its way when they close is answered CANCELLED by gRPC's core, which no
    client takes for a reason to try elsewhere; UNAVAILABLE is one."""
    reflection: bool = False
    serving: bool = True
    """What health says before anybody tells it otherwise."""
    max_message_bytes: int = 256 * 1024
    """Where the transport gives up; the guard refuses earlier and says why."""
    max_metadata_bytes: int = 16 * 1024
    min_ping_interval_seconds: int = 30
    """Clients that ping more often without data are sent away (gRPC keepalive guide)."""
    ping_after_seconds: int = 60
    """Silence after which a client is asked whether it is there still."""
    ping_timeout_seconds: int = 20
    """How long it may take to say so before its connection is closed."""
    connection_age_seconds: float = 0.0
    """When a client is asked to connect anew, give or take a tenth (gRFC A9): behind a
    balancer of connections it is how a new replica gets its share. 0 = never."""
    connection_grace_seconds: float = 60.0
    """How long calls of the old connection may go on; a health Watch ends with it."""

    def channel_options(self) -> Sequence[tuple[str, int]]:
        """Spell the settings as gRPC channel arguments."""
        return (
            *self._age(),
            ("grpc.so_reuseport", 0),  # a second server on the port must fail, not share it
            ("grpc.max_receive_message_length", self.max_message_bytes),
            ("grpc.max_metadata_size", self.max_metadata_bytes),
            ("grpc.absolute_max_metadata_size", self.max_metadata_bytes),
            ("grpc.keepalive_time_ms", self.ping_after_seconds * 1000),
            ("grpc.keepalive_timeout_ms", self.ping_timeout_seconds * 1000),
            ("grpc.keepalive_permit_without_calls", 1),
            (
                "grpc.http2.min_recv_ping_interval_without_data_ms",
                self.min_ping_interval_seconds * 1000,
            ),
        )

    def _age(self) -> Sequence[tuple[str, int]]:
        if not self.connection_age_seconds:
            return ()
        return (
            ("grpc.max_connection_age_ms", round(self.connection_age_seconds * 1000)),
            ("grpc.max_connection_age_grace_ms", round(self.connection_grace_seconds * 1000)),
        )


class GrpcServer:
    """A server that serves; its owner drains it, watches it and leaves its context."""

    def __init__(
        self,
        server: grpc.aio.Server,
        servicer: health.aio.HealthServicer,
        services: GuardedServices,
        port: int,
    ) -> None:
        self.port = port
        self._server = server
        self._health = servicer
        self._services = services
        self._stopping = False
        # Whoever cancels the library's wait cancels what its stop waits for, grace and all.
        self._ended = asyncio.create_task(server.wait_for_termination(), name="grpc-server")

    async def set_serving(self, *, serving: bool) -> None:
        """Answer health so from now on, overall too; after `drain` it changes nothing."""
        await _set_health(self._health, serving=serving)

    async def drain(self) -> None:
        """Answer NOT_SERVING from now on, for good; calls are still served."""
        await self._health.enter_graceful_shutdown()

    async def watch(self) -> None:
        """Return once the server has stopped as asked; raise RuntimeError if it just ended."""
        await asyncio.wait([self._ended])
        if not self._stopping:
            cause = None if self._ended.cancelled() else self._ended.exception()
            raise RuntimeError("the gRPC server ended without being asked to") from cause

    async def stop(self, grace_seconds: float, refusal_seconds: float = 0.0) -> None:
        """Drain, refuse new calls, let those in flight finish within the grace, cancel the rest."""
        self._stopping = True
        await self.drain()
        self._services.refuse_new_calls()
        async with asyncio.timeout(grace_seconds + _STOP_MARGIN_SECONDS):
            refusal_seconds = min(refusal_seconds, grace_seconds / 2)
            await asyncio.sleep(refusal_seconds)
            await self._server.stop(grace_seconds - refusal_seconds)
        self._services.tell_refusals()


@asynccontextmanager
async def grpc_server(
    settings: GrpcSettings, guard: Guard, uploads: UploadServicer, videos: VideoServicer
) -> AsyncIterator[GrpcServer]:
    """Serve while the context lasts. On exit: NOT_SERVING first, then stop with grace.

    Raises RuntimeError when the address cannot be bound.
    """
    services = GuardedServices(guard)
    # All that generated code does with a server is add methods to it.
    taken_for_server = cast("grpc.aio.Server", services)
    upload_pb2_grpc.add_UploadServiceServicer_to_server(uploads, taken_for_server)
    video_pb2_grpc.add_VideoServiceServicer_to_server(videos, taken_for_server)
    server = grpc.aio.server(options=settings.channel_options())
    server.add_generic_rpc_handlers((services,))
    servicer = await _add_health(server, serving=settings.serving)
    if settings.reflection:
        add_reflection(server, (*SERVICES, HEALTH))
    server.add_generic_rpc_handlers((services.all_others,))
    port = server.add_insecure_port(settings.address)
    await server.start()
    running = GrpcServer(server, servicer, services, port)
    try:
        yield running
    finally:
        await running.stop(settings.grace_seconds, settings.refusal_seconds)


async def _add_health(server: grpc.aio.Server, *, serving: bool) -> health.aio.HealthServicer:
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    await _set_health(servicer, serving=serving)
    return servicer


async def _set_health(servicer: health.aio.HealthServicer, *, serving: bool) -> None:
    """Say so of every service, and of the server as a whole."""
    status = health_pb2.HealthCheckResponse
    for service in (health.OVERALL_HEALTH, *SERVICES):
        await servicer.set(service, status.SERVING if serving else status.NOT_SERVING)
