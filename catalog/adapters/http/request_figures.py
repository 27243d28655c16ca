"""How many requests each route answers, how, and how fast."""

from collections.abc import Mapping
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.application.metrics.metric import OTHER, Measures
from catalog.application.metrics.process import HTTP_COUNT, HTTP_DURATION


class CountedRequests:
    """Around the whole application. Requests that uvicorn cannot read never come this far."""

    def __init__(self, app: ASGIApp, measures: Measures, routes: Mapping[str, str]) -> None:
        """`routes` names the route of each path; what has none is `other`."""
        self._app = app
        self._measures = measures
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the answer once it is over; none at all counts as 5xx."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def noticing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        finally:
            route = self._routes.get(scope["path"], OTHER)
            self._measures.add(HTTP_COUNT, route=route, status=f"{status // 100}xx")
            self._measures.record(HTTP_DURATION, perf_counter() - started, route=route)
