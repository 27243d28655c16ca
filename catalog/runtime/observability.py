"""Figures and spans of one process, from its start to its end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from threading import Thread

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExporter
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from catalog.adapters.http.app import metrics_app
from catalog.adapters.telemetry.exposition import metrics_route
from catalog.adapters.telemetry.instruments import OtelMeasures
from catalog.adapters.telemetry.process_figures import LOOKED_UP, observe_process
from catalog.adapters.telemetry.providers import OtlpSettings, meter_provider, tracer_provider
from catalog.adapters.telemetry.tracing import OtelTracing
from catalog.application.metrics.metric import Measures
from catalog.application.metrics.table import METRICS
from catalog.application.tracing import Tracing
from catalog.runtime.settings import TelemetrySettings

_LAST_WORDS_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What the parts of the process tell of themselves, and where it is shown."""

    measures: Measures
    tracing: Tracing
    registry: CollectorRegistry

    def metrics_app(self) -> ASGIApp:
        """Build the application behind the metrics port."""
        return metrics_app(metrics_route(self.registry), self.measures)


@asynccontextmanager
async def telemetry(
    settings: TelemetrySettings, exporters: Sequence[SpanExporter] = ()
) -> AsyncIterator[Telemetry]:
    """Measure and trace while the block lasts; what a collector does not take in time is lost."""
    otlp = OtlpSettings(
        endpoint=settings.otlp_endpoint,
        timeout_seconds=settings.otlp_timeout_seconds,
        metrics_interval_seconds=settings.otlp_metrics_interval_seconds,
        trace_sample_ratio=settings.trace_sample_ratio,
    )
    resource = Resource.create({"service.name": "catalog", "service.version": version("catalog")})
    registry = CollectorRegistry()
    meters = meter_provider(resource, registry, otlp)
    observe_process(meters)
    measures = OtelMeasures(meters, [each for each in METRICS if each not in LOOKED_UP])
    tracers = tracer_provider(resource, otlp, exporters)
    try:
        yield Telemetry(measures, OtelTracing(tracers), registry)
    finally:
        await _let_go(tracers.shutdown)
        await _let_go(meters.shutdown)


async def _let_go(shutdown: Callable[[], None]) -> None:
    """Send what is queued, unless it takes long: the thread is then left behind."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not ended.done():
            ended.set_result(None)

    def run() -> None:
        with suppress(Exception):
            shutdown()
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(tell)

    Thread(target=run, name="telemetry-shutdown", daemon=True).start()
    await asyncio.wait([ended], timeout=_LAST_WORDS_SECONDS)
