"""Health by gRPC says what /readyz says."""

import asyncio
from dataclasses import dataclass

import structlog

from catalog.adapters.grpc.server import GrpcServer
from catalog.adapters.http.health import OK, HealthEndpoints
from catalog.application.worker import rest

_EVERY_SECONDS = 0.5


@dataclass(slots=True)
class ServingHealth:
    """Looks twice a second; what is not ready gets no calls from those who ask for health."""

    endpoints: HealthEndpoints
    grpc: GrpcServer
    _serving: bool = True

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set."""
        log = structlog.get_logger(component="health")
        while not stop.is_set():
            components = await self.endpoints.components()
            amiss = {name: state for name, state in components.items() if state != OK}
            if self._serving is bool(amiss):
                self._serving = not amiss
                await self.grpc.set_serving(serving=self._serving)
                tell = log.info if self._serving else log.warning
                tell("health_changed", serving=self._serving, amiss=amiss)
            await rest(stop, _EVERY_SECONDS)
