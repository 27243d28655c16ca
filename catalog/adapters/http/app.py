"""The sidecar's routes, and answers that tell nothing of what went wrong inside."""

import asyncio
from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.adapters.http.callback import PushCallback
from catalog.adapters.http.health import HealthEndpoints, Readiness
from catalog.application.faults import describe_fault


def sidecar_app(
    callback: PushCallback, readiness: Readiness, callback_path: str = "/_/gcs/callback"
) -> Starlette:
    """Build the application: the push endpoint, /healthz and /readyz; all else is 404 or 405."""
    return _app(
        [Route(callback_path, callback.receive, methods=["POST"]), *_health_routes(readiness)]
    )


def health_app(readiness: Readiness) -> Starlette:
    """Build the application of a process that only works: /healthz and /readyz."""
    return _app(_health_routes(readiness))


def _health_routes(readiness: Readiness) -> list[Route]:
    health = HealthEndpoints(readiness)
    return [
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/readyz", health.ready, methods=["GET"]),
    ]


def _app(routes: Sequence[Route]) -> Starlette:
    app = Starlette(
        routes=routes,
        middleware=[Middleware(FaultBarrier)],
        exception_handlers={HTTPException: _bare_answer},
    )
    app.router.redirect_slashes = False
    return app


class FaultBarrier:
    """Ends every exception here: past it Starlette and uvicorn would log its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger(component="http").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give an empty answer where the application raised before it answered."""
        started = False

        async def noticing(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except asyncio.CancelledError:
            # The grace is over. The task ends here either way; uvicorn would log
            # the whole chain of exceptions and answer for us.
            self._log.warning("http_cancelled")
            status = 503
        except Exception as fault:  # noqa: BLE001 - the last place that can keep it in
            self._log.error("http_fault", **describe_fault(fault))
            status = 500
        else:
            return
        if not started:
            await Response(status_code=status)(scope, receive, send)


async def _bare_answer(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    return Response(status_code=refusal.status_code, headers=refusal.headers)
