"""Readers that put our histograms where OpenTelemetry has collected their stand-ins.

Counts and levels it asks for itself. Of a distribution it has no instrument that it asks, so
an observable gauge of the same name stands in. `_receive_metrics` is what the SDK documents
for subclasses of its readers to override.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    Metric,
    MetricReader,
    MetricsData,
    PeriodicExportingMetricReader,
    ResourceMetrics,
    ScopeMetrics,
)

from catalog.adapters.telemetry.series import Family, Spread

Spreads = Mapping[str, Family[Spread]]
"""By the names of their metrics."""


class FiguresProvider(MeterProvider):
    """A provider that knows the histograms its readers show."""

    def __init__(self, spreads: dict[str, Family[Spread]], *rest: Any, **more: Any) -> None:  # noqa: ANN401 - the provider's signature
        super().__init__(*rest, **more)
        self.spreads = spreads


class _RealHistograms(MetricReader):
    """What a reader of the SDK's becomes one of ours by."""

    def __init__(self, spreads: Spreads, *rest: Any, **more: Any) -> None:  # noqa: ANN401 - the reader's signature
        self._spreads = spreads
        super().__init__(*rest, **more)

    def _receive_metrics(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,
        **more: Any,  # noqa: ANN401 - the reader's signature
    ) -> None:
        shown = _with(self._spreads, metrics_data)
        super()._receive_metrics(shown, timeout_millis, **more)  # type: ignore[safe-super]  # the reader's, next in line


class ShownFigures(_RealHistograms, PrometheusMetricReader):
    """Shows figures to Prometheus."""


class PushedFigures(_RealHistograms, PeriodicExportingMetricReader):
    """Pushes figures to a collector."""


def _with(spreads: Spreads, data: MetricsData) -> MetricsData:
    now_ns = time.time_ns()

    def of(resource: ResourceMetrics) -> ResourceMetrics:
        return replace(resource, scope_metrics=[scope(each) for each in resource.scope_metrics])

    def scope(collected: ScopeMetrics) -> ScopeMetrics:
        return replace(collected, metrics=[real(each) for each in collected.metrics])

    def real(metric: Metric) -> Metric:
        family = spreads.get(metric.name)
        return metric if family is None else _histogram(metric, family, now_ns)

    return replace(data, resource_metrics=[of(each) for each in data.resource_metrics])


def _histogram(stand_in: Metric, family: Family[Spread], now_ns: int) -> Metric:
    points = [spread.point(now_ns) for spread in family.all()]
    return replace(stand_in, data=Histogram(points, AggregationTemporality.CUMULATIVE))
