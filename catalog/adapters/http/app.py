"""The sidecar's routes, and answers that tell nothing of what went wrong inside."""

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.adapters.http.callback import PushCallback
from catalog.adapters.http.faults import describe_fault
from catalog.adapters.http.health import HealthEndpoints, Readiness


def sidecar_app(
    callback: PushCallback, readiness: Readiness, callback_path: str = "/_/gcs/callback"
) -> Starlette:
    """Build the application: the push endpoint, /healthz and /readyz; all else is 404 or 405."""
    health = HealthEndpoints(readiness)
    return Starlette(
        routes=[
            Route(callback_path, callback.receive, methods=["POST"]),
            Route("/healthz", health.alive, methods=["GET"]),
            Route("/readyz", health.ready, methods=["GET"]),
        ],
        middleware=[Middleware(FaultBarrier)],
        exception_handlers={HTTPException: _bare_answer},
    )


class FaultBarrier:
    """Ends every exception here: past it Starlette and uvicorn would log its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("catalog.http").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 500 with nothing in it where the application raised before it answered."""
        started = False

        async def noticing(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except Exception as fault:  # noqa: BLE001 - the last place that can keep it in
            self._log.error("http_fault", **describe_fault(fault))
            if not started:
                await Response(status_code=500)(scope, receive, send)


async def _bare_answer(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    return Response(status_code=refusal.status_code, headers=refusal.headers)
