"""Spans by OpenTelemetry."""

import re
from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Span as Recorded
from opentelemetry.trace import SpanKind as RecordedKind

from catalog.application.tracing import NoTracing, Span, SpanKind, UnseenSpan

_KINDS: dict[SpanKind, RecordedKind] = {
    "server": RecordedKind.SERVER,
    "client": RecordedKind.CLIENT,
    "producer": RecordedKind.PRODUCER,
    "consumer": RecordedKind.CONSUMER,
    "internal": RecordedKind.INTERNAL,
}
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class OtelSpan:
    """A span that goes to the provider's exporters when it ends."""

    def __init__(self, span: Recorded) -> None:
        self._span = span
        self.traceparent = _spelled(span)

    def link(self, traceparent: str | None) -> None:
        """Point to another span."""
        if (context := _read(traceparent)) is not None:
            self._span.add_link(context)

    def end(self, fault: str | None = None, **facts: str | int) -> None:
        """Hand it to the exporters."""
        self._span.set_attributes({f"catalog.{name}": facts[name] for name in facts})
        if fault is not None:
            self._span.set_status(Status(StatusCode.ERROR, fault))
        self._span.end()


class OtelTracing:
    """Begins spans with the provider; of those that nobody records there is only a name."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("catalog")
        self._silent = provider.sampler is ALWAYS_OFF
        self._unseen = NoTracing()

    def begin(
        self,
        name: str,
        kind: SpanKind,
        *,
        parent: str | None = None,
        links: Sequence[str] = (),
        began_ns: int | None = None,
    ) -> Span:
        """Begin a span under `parent`, or a trace of its own."""
        if self._silent:
            return self._unseen.begin(name, kind, parent=parent)
        above = _read(parent)
        if parent is not None and above is not None and not above.trace_flags.sampled:
            return UnseenSpan(parent)
        span = self._tracer.start_span(
            name,
            # An empty context: what this task does otherwise is no parent.
            set_span_in_context(NonRecordingSpan(above), Context()) if above else Context(),
            _KINDS[kind],
            links=[Link(context) for each in links if (context := _read(each)) is not None],
            start_time=began_ns,
        )
        return OtelSpan(span) if span.is_recording() else UnseenSpan(_spelled(span))


def _read(traceparent: str | None) -> SpanContext | None:
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if found is None:
        return None
    trace, span, flags = (int(part, 16) for part in found.groups())
    context = SpanContext(trace, span, is_remote=True, trace_flags=TraceFlags(flags & 1))
    return context if context.is_valid else None


def _spelled(span: Recorded) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
