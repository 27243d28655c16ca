"""The table of figures as Prometheus sees it: spelled by the exporter itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry

from catalog.adapters.telemetry.instruments import OtelMeasures
from catalog.adapters.telemetry.process_figures import LOOKED_UP, observe_process
from catalog.adapters.telemetry.providers import OtlpSettings, meter_provider
from catalog.application.metrics.metric import Counter, Gauge, Metric
from catalog.application.metrics.table import METRICS


@dataclass(frozen=True, slots=True)
class Shown:
    """One name that /metrics shows."""

    metric: Metric
    bounds: frozenset[str]
    """Upper bounds of buckets as they are spelled."""


@cache
def documented() -> Mapping[str, Shown]:
    """Every name that the table can lead to."""
    found: dict[str, Shown] = {}
    for metric in METRICS:
        registry = _registry_with(metric)
        for family in registry.collect():
            bounds = {sample.labels["le"] for sample in family.samples if "le" in sample.labels}
            names = {sample.name for sample in family.samples}
            found.update(dict.fromkeys(names, Shown(metric, frozenset(bounds))))
    return found


def _registry_with(metric: Metric) -> CollectorRegistry:
    registry = CollectorRegistry()
    provider = meter_provider(Resource.create({}), registry, OtlpSettings(""))
    if metric in LOOKED_UP:
        observe_process(provider)
        return _only(registry, metric.name.replace(".", "_"))
    _touch(OtelMeasures(provider, [metric]), metric)
    return registry


def _touch(measures: OtelMeasures, metric: Metric) -> None:
    labels = {name: values[0] for name, values in metric.labels.items()}
    match metric:
        case Counter():
            measures.add(metric, 1, **labels)
        case Gauge():
            measures.set(metric, 1, **labels)
        case _:
            measures.record(metric, 1, **labels)


def _only(registry: CollectorRegistry, prefix: str) -> CollectorRegistry:
    """Leave out what comes along: the process shows all of its figures at once."""
    kept = CollectorRegistry()

    class One:
        def collect(self) -> list[object]:
            return [family for family in registry.collect() if family.name.startswith(prefix)]

    kept.register(One())  # type: ignore[arg-type]  # a collector by what it does
    return kept
