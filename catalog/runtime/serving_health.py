"""Health by gRPC says what /readyz says."""

import asyncio
from dataclasses import dataclass

import structlog

from catalog.adapters.grpc.server import GrpcServer
from catalog.adapters.http.health import OK, HealthEndpoints
from catalog.application.worker import rest

_EVERY_SECONDS = 0.5
_AT_FIRST_SECONDS = 0.05
"""Until we served for the first time: whoever starts us waits for that."""


@dataclass(slots=True)
class ServingHealth:
    """Looks twice a second; what is not ready gets no calls from those who ask for health."""

    endpoints: HealthEndpoints
    grpc: GrpcServer
    _serving: bool | None = None
    _served: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set."""
        while not stop.is_set():
            await self.look()
            await rest(stop, _EVERY_SECONDS if self._served else _AT_FIRST_SECONDS)

    async def look(self) -> None:
        """Look once; what changed is told. At the start workers have yet to prove themselves."""
        components = await self.endpoints.components()
        amiss = {name: state for name, state in components.items() if state != OK}
        first, serving = self._serving is None, not amiss
        if self._serving is serving:
            return
        self._serving, self._served = serving, self._served or serving
        await self.grpc.set_serving(serving=serving)
        if first and serving:
            return
        log = structlog.get_logger(component="health")
        tell = log.info if serving or first else log.warning
        tell("health_changed", serving=serving, amiss=amiss)
