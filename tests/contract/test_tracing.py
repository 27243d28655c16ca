"""What everything that begins spans promises."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from catalog.adapters.grpc.trace_context import checked_traceparent
from catalog.adapters.memory.tracing import MemoryTracing
from catalog.adapters.telemetry.providers import OtlpSettings, tracer_provider
from catalog.adapters.telemetry.tracing import OtelTracing
from catalog.application.tracing import NoTracing, Tracing, trace_id

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(params=["memory", "opentelemetry", "opentelemetry without exporter", "none"])
def tracing(request: pytest.FixtureRequest) -> Iterator[Tracing]:
    if request.param == "memory":
        yield MemoryTracing()
        return
    if request.param == "none":
        yield NoTracing()
        return
    exporters = [] if "without" in request.param else [InMemorySpanExporter()]
    provider = tracer_provider(Resource.create({}), OtlpSettings(""), exporters)
    yield OtelTracing(provider)
    provider.shutdown()


def test_a_span_without_a_parent_begins_a_trace_of_its_own(tracing: Tracing) -> None:
    one, other = tracing.begin("one", "server"), tracing.begin("other", "server")
    assert checked_traceparent(one.traceparent) is not None
    assert trace_id(one.traceparent) != trace_id(other.traceparent)
    one.end()
    other.end("FAULT", some="fact")


def test_a_span_belongs_to_its_parents_trace(tracing: Tracing) -> None:
    span = tracing.begin("one", "consumer", parent=PARENT, links=[PARENT])
    assert trace_id(span.traceparent) == trace_id(PARENT)
    assert span.traceparent.endswith("-01")
    span.link(PARENT)
    span.link(None)
    span.end()


@pytest.mark.parametrize("parent", ["", "nonsense", PARENT[:-1], PARENT + "0"])
def test_a_parent_that_is_none_begins_a_trace_of_its_own(tracing: Tracing, parent: str) -> None:
    span = tracing.begin("one", "server", parent=parent)
    assert checked_traceparent(span.traceparent) is not None
    span.end()


def test_what_goes_to_exporters_has_its_links_facts_and_fault() -> None:
    exporter = InMemorySpanExporter()
    provider = tracer_provider(Resource.create({}), OtlpSettings(""), [exporter])
    tracing = OtelTracing(provider)
    span = tracing.begin("work", "server", parent=PARENT, began_ns=5)
    span.link(PARENT)
    span.end("UNAVAILABLE", upload_id="u-1")
    provider.force_flush()
    (finished,) = exporter.get_finished_spans()
    provider.shutdown()
    assert finished.name == "work"
    assert finished.start_time == 5
    assert finished.attributes == {"catalog.upload_id": "u-1"}
    assert finished.status.description == "UNAVAILABLE"
    assert [f"{link.context.span_id:016x}" for link in finished.links] == [PARENT[36:52]]
    assert finished.parent is not None
    assert f"{finished.parent.span_id:016x}" == PARENT[36:52]


@pytest.mark.parametrize("exporters", [[], [InMemorySpanExporter()]], ids=["silent", "heard"])
def test_a_context_that_nobody_records_is_handed_on_unchanged(
    exporters: list[InMemorySpanExporter],
) -> None:
    provider = tracer_provider(Resource.create({}), OtlpSettings(""), exporters)
    unsampled = PARENT[:-2] + "00"
    span = OtelTracing(provider).begin("work", "server", parent=unsampled, links=[PARENT])
    span.link(PARENT)
    span.end("FAULT", some="fact")
    assert span.traceparent == unsampled
    provider.shutdown()


def test_a_trace_that_is_not_among_those_sampled_goes_to_no_exporter_and_says_so() -> None:
    exporter = InMemorySpanExporter()
    settings = OtlpSettings("", trace_sample_ratio=0.0)
    provider = tracer_provider(Resource.create({}), settings, [exporter])
    span = OtelTracing(provider).begin("work", "server")
    span.end()
    provider.force_flush()
    assert exporter.get_finished_spans() == ()
    assert checked_traceparent(span.traceparent) is not None
    assert int(span.traceparent[-2:], 16) & 1 == 0
    provider.shutdown()


def test_a_caller_that_decided_not_to_sample_is_obeyed() -> None:
    exporter = InMemorySpanExporter()
    provider = tracer_provider(Resource.create({}), OtlpSettings(""), [exporter])
    OtelTracing(provider).begin("work", "server", parent=PARENT[:-2] + "00").end()
    provider.force_flush()
    assert exporter.get_finished_spans() == ()
    provider.shutdown()
