"""A collector that speaks OTLP over HTTP, on a socket of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(slots=True)
class Collector:
    """What was exported; while `answering` is not set, requests get no answer."""

    url: str = ""
    answering: threading.Event = field(default_factory=threading.Event)
    metrics: list[ExportMetricsServiceRequest] = field(default_factory=list)
    traces: list[ExportTraceServiceRequest] = field(default_factory=list)
    asked: int = 0
    authorizations: dict[str, str | None] = field(default_factory=dict)
    """What was last given as such, by path."""

    def take(self, path: str, body: bytes) -> None:
        """Keep an export."""
        if path == "/v1/metrics":
            self.metrics.append(ExportMetricsServiceRequest.FromString(body))
        else:
            self.traces.append(ExportTraceServiceRequest.FromString(body))

    def values(self) -> dict[str, float]:
        """The sum of each counter in the last export of figures."""
        return {
            metric.name: sum(point.as_int or point.as_double for point in metric.sum.data_points)
            for resource in self.metrics[-1].resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.HasField("sum")
        }

    def buckets(self, name: str) -> list[list[int]]:
        """The buckets of each series of a histogram in the last export of figures."""
        return [
            list(point.bucket_counts)
            for resource in self.metrics[-1].resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.histogram.data_points
        ]

    def spans(self) -> list[str]:
        """The names of all spans."""
        return [
            span.name
            for export in self.traces
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def collecting(*, stuck: bool = False) -> Iterator[Collector]:
    """Listen on a free port of loopback."""
    collector = Collector()
    if not stuck:
        collector.answering.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.asked += 1
            collector.authorizations[self.path] = self.headers.get("authorization")
            collector.answering.wait(30)
            if self.headers.get("content-encoding") is None:
                collector.take(self.path, body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collector
    finally:
        collector.answering.set()
        server.shutdown()
        thread.join()
        server.server_close()
