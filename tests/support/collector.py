"""A collector that takes spans by OTLP over HTTP and keeps them for tests to read."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.adapters.http.server import HttpSettings, http_server


@dataclass(frozen=True, slots=True)
class Span:
    """One span as it was exported."""

    name: str
    trace_id: str
    links: tuple[str, ...]
    """The traces that it points to."""
    facts: Mapping[str, str]
    kind: int = trace_pb2.Span.SPAN_KIND_UNSPECIFIED

    @classmethod
    def of(cls, span: trace_pb2.Span) -> "Span":
        """Read it."""
        return cls(
            name=span.name,
            trace_id=span.trace_id.hex(),
            links=tuple(link.trace_id.hex() for link in span.links),
            facts={each.key: each.value.string_value for each in span.attributes},
            kind=span.kind,
        )


@dataclass(slots=True)
class Collector:
    """What has been exported so far."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    """Whole requests, for whoever looks for what must not be there."""

    def named(self, name: str) -> list[Span]:
        """Spans of this name."""
        return [span for span in self.spans if span.name == name]

    def traces(self, name: str) -> list[str]:
        """The trace of each span of this name."""
        return [span.trace_id for span in self.named(name)]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.raw.append(body)
        if request.url.path.endswith("/traces"):
            self.spans += _spans(ExportTraceServiceRequest.FromString(body))
        answer = ExportTraceServiceResponse().SerializeToString()
        return Response(answer, media_type="application/x-protobuf")


def _spans(request: ExportTraceServiceRequest) -> Iterable[Span]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            yield from map(Span.of, scope.spans)


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    """Collect on a free port while the block lasts."""
    running = Collector()
    routes = [
        Route(f"/v1/{kind}", running._take, methods=["POST"]) for kind in ("traces", "metrics")
    ]
    settings = HttpSettings("127.0.0.1:0", grace_seconds=1)
    async with http_server(Starlette(routes=routes), settings) as server:
        running.url = f"http://127.0.0.1:{server.port}"
        yield running
