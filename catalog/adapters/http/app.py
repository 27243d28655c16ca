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
from catalog.adapters.http.request_figures import CountedRequests
from catalog.application.faults import describe_fault
from catalog.application.metrics.metric import Measures, NoMeasures


def sidecar_app(
    callback: PushCallback,
    readiness: Readiness,
    callback_path: str = "/_/gcs/callback",
    measures: Measures | None = None,
) -> Starlette:
    """Build the application: the push endpoint, /healthz and /readyz; all else is 404 or 405."""
    pushes = Route(callback_path, callback.receive, methods=["POST"], name="callback")
    return _app([pushes, *_health_routes(readiness)], measures)


def health_app(readiness: Readiness, measures: Measures | None = None) -> Starlette:
    """Build the application of a process that only works: /healthz and /readyz."""
    return _app(_health_routes(readiness), measures)


def _health_routes(readiness: Readiness) -> list[Route]:
    health = HealthEndpoints(readiness)
    return [
        Route("/healthz", health.alive, methods=["GET"], name="healthz"),
        Route("/readyz", health.ready, methods=["GET"], name="readyz"),
    ]


def metrics_app(metrics: Route, measures: Measures | None = None) -> Starlette:
    """Build the application behind the metrics port, which has that route alone."""
    return _app([metrics], measures)


def _app(routes: Sequence[Route], measures: Measures | None) -> Starlette:
    names = {route.path: route.name for route in routes}
    counted = Middleware(CountedRequests, measures=measures or NoMeasures(), routes=names)
    app = Starlette(
        routes=routes,
        middleware=[counted, Middleware(FaultBarrier)],
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
        # Where a connection is kept, what was bound for the request before may still be there.
        structlog.contextvars.clear_contextvars()
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
