"""The sidecar's routes, and answers that tell nothing of what went wrong inside."""

from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from catalog.adapters.http.answered import AnsweredRequests
from catalog.adapters.http.health import HealthEndpoints, Readiness
from catalog.application.metrics.metric import Measures, NoMeasures


def sidecar_app(
    callback: ASGIApp,
    readiness: Readiness,
    callback_path: str = "/_/gcs/callback",
    measures: Measures | None = None,
) -> ASGIApp:
    """Build the application: the push endpoint, /healthz and /readyz; all else is 404 or 405."""
    pushes = Route(callback_path, callback, methods=["POST"], name="callback")
    return _app([pushes, *_health_routes(readiness)], measures, {callback_path: callback})


def health_app(readiness: Readiness, measures: Measures | None = None) -> ASGIApp:
    """Build the application of a process that only works: /healthz and /readyz."""
    return _app(_health_routes(readiness), measures)


def _health_routes(readiness: Readiness) -> list[Route]:
    health = HealthEndpoints(readiness)
    return [
        Route("/healthz", health.alive, methods=["GET"], name="healthz"),
        Route("/readyz", health.ready, methods=["GET"], name="readyz"),
    ]


def metrics_app(metrics: Route, measures: Measures | None = None) -> ASGIApp:
    """Build the application behind the metrics port, which has that route alone."""
    return _app([metrics], measures)


def _app(
    routes: Sequence[Route], measures: Measures | None, posts: Mapping[str, ASGIApp] | None = None
) -> ASGIApp:
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: _bare_answer, Exception: _bare_500}
    )
    app.router.redirect_slashes = False
    names = {route.path: route.name for route in routes}
    return AnsweredRequests(app, measures or NoMeasures(), names, posts or {})


async def _bare_answer(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    return Response(status_code=refusal.status_code, headers=refusal.headers)


async def _bare_500(_request: Request, _fault: Exception) -> Response:
    # Starlette's own would say so in words. It raises the fault all the same.
    return Response(status_code=500)
