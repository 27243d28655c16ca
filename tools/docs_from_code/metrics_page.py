"""docs/metrics.md: every figure, with the names under which it is found."""

from collections.abc import Sequence

from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry

from catalog.adapters.telemetry.instruments import OtelMeasures
from catalog.adapters.telemetry.providers import OtlpSettings, meter_provider
from catalog.application.metrics.metric import Counter, Gauge, Histogram, Metric
from catalog.application.metrics.outbox import OUTBOX_METRICS
from catalog.application.metrics.process import PROCESS_METRICS
from catalog.application.metrics.pushes import PUSH_METRICS
from catalog.application.metrics.table import METRICS, most_series
from catalog.application.metrics.upkeep import UPKEEP_METRICS
from catalog.application.metrics.uploads import UPLOAD_METRICS
from tools.docs_from_code.page import code, fill, table

_HEAD = ("Prometheus", "OpenTelemetry", "type", "unit", "labels", "meaning")
_GROUPS = {
    "uploads": UPLOAD_METRICS,
    "pushes": PUSH_METRICS,
    "outbox": OUTBOX_METRICS,
    "upkeep": UPKEEP_METRICS,
    "process": PROCESS_METRICS,
}
_UNITS = {"s": "seconds", "By": "bytes", "1": "0 or 1"}


def render() -> str:
    """Write the page. Raises ValueError for a figure in no section of it."""
    if sum(map(len, _GROUPS.values())) != len(METRICS):
        raise ValueError("a figure of the table is in none of its groups")
    sections = {name: _section(metrics) for name, metrics in _GROUPS.items()}
    series = str(sum(most_series(metric) for metric in METRICS))
    return fill("metrics", {**sections, "series": series, "buckets": _buckets()})


def prometheus_name(metric: Metric) -> str:
    """Ask the exporter itself what it calls the figure; of a histogram without its endings."""
    registry = CollectorRegistry()
    provider = meter_provider(Resource.create({}), registry, OtlpSettings(""))
    measures = OtelMeasures(provider, [metric])
    labels = {name: values[0] for name, values in metric.labels.items()}
    match metric:
        case Counter():
            measures.add(metric, 1, **labels)
        case Gauge():
            measures.set(metric, 0, **labels)
        case Histogram():
            measures.record(metric, 0, **labels)
    [family] = registry.collect()
    return f"{family.name}_total" if isinstance(metric, Counter) else family.name


def _section(metrics: Sequence[Metric]) -> str:
    return table(_HEAD, [_row(metric) for metric in metrics])


def _row(metric: Metric) -> tuple[str, ...]:
    return (
        code(prometheus_name(metric)),
        code(metric.name),
        type(metric).__name__.lower(),
        _UNITS.get(metric.unit) or metric.unit.strip("{}"),
        "; ".join(
            f"{code(name)}: {', '.join(map(code, values))}"
            for name, values in metric.labels.items()
        ),
        metric.description,
    )


def _buckets() -> str:
    rows = [
        (code(prometheus_name(metric)), ", ".join(f"{bound:g}" for bound in metric.bounds))
        for metric in METRICS
        if isinstance(metric, Histogram)
    ]
    return table(("histogram", "upper bounds of its buckets, in seconds"), rows)
