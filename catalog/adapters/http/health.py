"""Liveness and readiness for the platform."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse

from catalog.application.faults import describe_fault

OK = "ok"


class Readiness(Protocol):
    """Knows what the process needs to serve."""

    async def check(self) -> Mapping[str, str]:
        """Map each component to `ok` or, in a word that is safe to show, what it lacks."""
        ...


class HealthEndpoints:
    """`/healthz` says that the loop turns; `/readyz` says whether to send traffic."""

    def __init__(self, readiness: Readiness, max_seconds: float = 2.0) -> None:
        self._readiness = readiness
        self._max_seconds = max_seconds
        self._log = structlog.get_logger(component="health").bind()

    async def alive(self, _request: Request) -> JSONResponse:
        """Answer 200 as long as anything answers at all."""
        return JSONResponse({"status": OK})

    async def ready(self, _request: Request) -> JSONResponse:
        """Answer 200 when every component is ok, else 503; both name them all."""
        components = await self.components()
        ready = all(state == OK for state in components.values())
        return JSONResponse(
            {"status": OK if ready else "unavailable", "components": dict(components)},
            status_code=200 if ready else 503,
        )

    async def components(self) -> Mapping[str, str]:
        """Map each component to `ok` or what it lacks, within the deadline whatever happens."""
        try:
            async with asyncio.timeout(self._max_seconds):
                return await self._readiness.check()
        except TimeoutError:
            return {"readiness": "timeout"}
        except Exception as fault:  # noqa: BLE001 - not knowing is not being ready
            self._log.error("readiness_failed", **describe_fault(fault))
            return {"readiness": "error"}
