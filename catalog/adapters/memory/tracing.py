"""Spans that stay where they were begun, for tests to read."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog.application.tracing import SpanKind, trace_id

_LENGTH = len("00-") + 32 + 1 + 16 + len("-01")


@dataclass(slots=True)
class MemorySpan:
    """A span and what was said of it."""

    name: str
    kind: SpanKind
    traceparent: str
    parent: str | None
    links: list[str]
    facts: dict[str, str | int] = field(default_factory=dict)
    fault: str | None = None
    ended: bool = False

    def link(self, traceparent: str | None) -> None:
        """Point to another span."""
        if traceparent is not None:
            self.links.append(traceparent)

    def end(self, fault: str | None = None, **facts: str | int) -> None:
        """Keep what was said."""
        self.fault, self.ended = fault, True
        self.facts |= facts


@dataclass(frozen=True, slots=True)
class MemoryTracing:
    """Keeps every span in the order of their beginning."""

    spans: list[MemorySpan] = field(default_factory=list)

    def begin(
        self,
        name: str,
        kind: SpanKind,
        *,
        parent: str | None = None,
        links: Sequence[str] = (),
        began_ns: int | None = None,  # noqa: ARG002 - nobody asks when
    ) -> MemorySpan:
        """Begin a span under `parent`, or a trace of its own."""
        above = parent if parent is not None and len(parent) == _LENGTH else None
        trace = trace_id(above) if above else secrets.token_hex(16)
        span = MemorySpan(name, kind, f"00-{trace}-{secrets.token_hex(8)}-01", above, list(links))
        self.spans.append(span)
        return span
