"""Around an application: every request is answered and counted, and no exception comes out."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from time import perf_counter

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.application.faults import describe_fault
from catalog.application.metrics.metric import OTHER, Measures, Take
from catalog.application.metrics.process import HTTP_COUNT, HTTP_DURATION


class AnsweredRequests:
    """Requests that uvicorn cannot read never come this far."""

    def __init__(
        self,
        app: ASGIApp,
        measures: Measures,
        routes: Mapping[str, str],
        posts: Mapping[str, ASGIApp],
    ) -> None:
        """`routes` names the route of each path; what has none is `other`.

        A POST to a path of `posts` goes straight there: what `app` would do to find the same
        endpoint costs as much as to receive the request.
        """
        self._app = app
        self._counting, self._timing = _figures(measures)
        self._routes = routes
        self._posts = posts
        self._log = structlog.get_logger(component="http").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the answer once it is over; none at all counts as 5xx."""
        started, noticed = perf_counter(), _Noticed(send)
        path = scope["path"]
        app = (self._posts.get(path) if scope["method"] == "POST" else None) or self._app
        try:
            await self._answered(app, scope, receive, noticed)
        finally:
            route = self._routes.get(path, OTHER)
            self._counting(route, (noticed.status or 500) // 100)(1)
            self._timing(route)(perf_counter() - started)

    async def _answered(
        self, app: ASGIApp, scope: Scope, receive: Receive, noticed: "_Noticed"
    ) -> None:
        """End every exception here, with an empty answer: uvicorn would log its text."""
        try:
            await app(scope, receive, noticed)
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
        if not noticed.status:
            await Response(status_code=status)(scope, receive, noticed)


def _figures(
    measures: Measures,
) -> tuple[Callable[[str, int], Take], Callable[[str], Take]]:
    """Return what finds the figures of a route and a status class; labels are looked up once."""
    return (
        cache(
            lambda route, hundreds: measures.adding(HTTP_COUNT, route=route, status=f"{hundreds}xx")
        ),
        cache(lambda route: measures.recording(HTTP_DURATION, route=route)),
    )


@dataclass(slots=True)
class _Noticed:
    """Sends an answer on and knows how it begins."""

    send: Send
    status: int = 0
    """0 = nothing was sent yet."""

    async def __call__(self, message: Message) -> None:
        if not self.status:
            self.status = message["status"]
        await self.send(message)
