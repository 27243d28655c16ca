"""Figures and spans by OTLP: they arrive, and whoever takes none of them costs nothing."""

import logging
import socket
import time
from typing import Any

import pytest

from catalog.application.metrics.outbox import PUBLISH_ATTEMPTS
from catalog.application.metrics.uploads import CANCELLED, INIT_LATENCY
from catalog.runtime.observability import telemetry
from catalog.runtime.settings import TelemetrySettings
from tests.integration.telemetry.collector import Collector, collecting
from tests.support.waiting import until

END_SECONDS = 12.0
"""Two seconds for each of figures and spans, and some for a busy machine."""


def settings(endpoint: str, **changes: Any) -> TelemetrySettings:
    values: dict[str, Any] = {"otlp_timeout_seconds": 1, "otlp_metrics_interval_seconds": 0.2}
    return TelemetrySettings(**{"otlp_endpoint": endpoint, **values, **changes})


def _unreachable() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


async def _one_more_export(collector: Collector) -> None:
    seen = len(collector.metrics)
    await until(lambda: len(collector.metrics) > seen)


async def test_figures_and_spans_arrive_at_the_collector() -> None:
    with collecting() as collector:
        async with telemetry(settings(collector.url)) as told:
            told.measures.add(CANCELLED, 3)
            told.tracing.begin("one", "server").end()
            await until(lambda: collector.metrics and collector.values().get(CANCELLED.name) == 3)
            told.measures.add(PUBLISH_ATTEMPTS, 2, result="published")
            for seconds in (0.0, 0.005, 0.03, 99):
                told.measures.record(INIT_LATENCY, seconds)
            told.tracing.begin("two", "server").end()
        # What was told last goes out with the process.
        assert collector.values()[PUBLISH_ATTEMPTS.name] == 2
        assert collector.buckets(INIT_LATENCY.name) == [[2, 0, 0, 1, *[0] * 7, 1]]
        assert sorted(collector.spans()) == ["one", "two"]
        [resource] = {
            attribute.value.string_value
            for export in collector.metrics
            for each in export.resource_metrics
            for attribute in each.resource.attributes
            if attribute.key == "service.name"
        }
        assert resource == "catalog"


async def test_a_collector_is_shown_the_headers_that_the_environment_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20t0ken")
    with collecting() as collector:
        async with telemetry(settings(collector.url)) as told:
            told.measures.add(CANCELLED)
            told.tracing.begin("one", "server").end()
        shown = {"/v1/metrics": "Bearer t0ken", "/v1/traces": "Bearer t0ken"}
        assert collector.authorizations == shown


async def test_counts_and_histograms_are_cumulative_whatever_the_environment_prefers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
    with collecting() as collector:
        async with telemetry(settings(collector.url)) as told:
            for _ in range(2):
                told.measures.add(CANCELLED)
                told.measures.record(INIT_LATENCY, 99)
                await _one_more_export(collector)
        assert collector.values()[CANCELLED.name] == 2
        assert collector.buckets(INIT_LATENCY.name) == [[*[0] * 11, 2]]


async def test_without_a_collector_nothing_is_sent() -> None:
    with collecting() as collector:
        async with telemetry(settings("")) as told:
            told.measures.add(CANCELLED)
            told.tracing.begin("one", "server").end()
        assert collector.asked == 0


@pytest.mark.parametrize("stuck", [False, True], ids=["nobody listens", "no answer"])
async def test_a_collector_that_takes_nothing_costs_no_call_and_holds_up_no_end(
    caplog: pytest.LogCaptureFixture, *, stuck: bool
) -> None:
    caplog.set_level(logging.CRITICAL)  # the exporters tell of it; that is not looked at here
    with collecting(stuck=True) as collector:
        endpoint = collector.url if stuck else _unreachable()
        async with telemetry(settings(endpoint, otlp_timeout_seconds=60)) as told:
            began = time.perf_counter()
            for _ in range(20_000):  # far more spans than the queue holds
                told.tracing.begin("one", "server").end()
                told.measures.add(CANCELLED)
            each = (time.perf_counter() - began) / 20_000
            assert told.registry.get_sample_value("upload_cancel_count_total") == 20_000
            left = time.monotonic()
        assert time.monotonic() - left < END_SECONDS
        collector.answering.set()
    assert each < 0.005
    assert len(collector.spans()) < 20_000
