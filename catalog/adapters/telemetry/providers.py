"""OpenTelemetry's providers: where figures and spans go, and how they are let go of."""

from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, MetricExporter, MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from prometheus_client import CollectorRegistry

from catalog.adapters.telemetry.readers import FiguresProvider, PushedFigures, ShownFigures
from catalog.adapters.telemetry.series import Family, Spread

_QUEUED_SPANS = 4096
"""More than these are dropped, so that a collector that is away costs no memory."""


@dataclass(frozen=True, slots=True)
class OtlpSettings:
    """A collector that speaks OTLP over HTTP."""

    endpoint: str
    """Base URL; empty = none. Headers come from OTEL_EXPORTER_OTLP_HEADERS (OpenTelemetry,
    OTLP exporter configuration), which the exporters read themselves."""
    timeout_seconds: float = 5.0
    metrics_interval_seconds: float = 60.0
    trace_sample_ratio: float = 1.0
    """Of traces that begin here; others keep what their caller decided."""


def meter_provider(
    resource: Resource, registry: CollectorRegistry, otlp: OtlpSettings
) -> FiguresProvider:
    """Make figures visible in the registry, and push them where there is a collector."""
    spreads: dict[str, Family[Spread]] = {}
    readers: list[MetricReader] = [
        ShownFigures(spreads, disable_target_info=True, scope_info_enabled=False, registry=registry)
    ]
    if otlp.endpoint:
        readers.append(
            PushedFigures(
                spreads,
                _metric_exporter(otlp),
                export_interval_millis=otlp.metrics_interval_seconds * 1000,
                export_timeout_millis=otlp.timeout_seconds * 1000,
            )
        )
    return FiguresProvider(
        spreads,
        readers,
        resource,
        # No span of ours is ever the current one: there would be none to point to.
        exemplar_filter=AlwaysOffExemplarFilter(),
        shutdown_on_exit=False,
    )


def tracer_provider(
    resource: Resource, otlp: OtlpSettings, exporters: Sequence[SpanExporter] = ()
) -> TracerProvider:
    """Make spans that go to the collector, and to `exporters`; without any, ids alone.

    The ids are made always: they join log lines, uploads and events to one trace.
    """
    targets = list(exporters)
    if otlp.endpoint:
        targets.append(_span_exporter(otlp))
    ratio = ParentBased(TraceIdRatioBased(otlp.trace_sample_ratio))
    provider = TracerProvider(ratio if targets else ALWAYS_OFF, resource, shutdown_on_exit=False)
    for target in targets:
        provider.add_span_processor(
            BatchSpanProcessor(
                target,
                max_queue_size=_QUEUED_SPANS,
                schedule_delay_millis=1000,
                export_timeout_millis=otlp.timeout_seconds * 1000,
            )
        )
    return provider


# Loaded only where there is a collector.
def _metric_exporter(otlp: OtlpSettings) -> MetricExporter:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415 - heavy
        OTLPMetricExporter,
    )

    return OTLPMetricExporter(
        f"{otlp.endpoint}/v1/metrics",
        timeout=otlp.timeout_seconds,
        # As our histograms are, whatever the environment prefers.
        preferred_temporality={ObservableCounter: AggregationTemporality.CUMULATIVE},
    )


def _span_exporter(otlp: OtlpSettings) -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - heavy
        OTLPSpanExporter,
    )

    return OTLPSpanExporter(f"{otlp.endpoint}/v1/traces", timeout=otlp.timeout_seconds)
