"""Spans, as far as the parts of Catalog need to know of them.

Contexts are W3C traceparent texts: that is how they are stored with uploads and
travel with events.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

SpanKind = Literal["server", "client", "producer", "consumer", "internal"]
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Span(Protocol):
    """A piece of work that is under way."""

    @property
    def traceparent(self) -> str:
        """The context that what follows belongs to."""
        ...

    def link(self, traceparent: str | None) -> None:
        """Point to a span of another trace; None is ignored."""
        ...

    def end(self, fault: str | None = None, **facts: str | int) -> None:
        """Finish it, once. `fault` is a reason, never an exception's text; facts are no secrets."""
        ...


class Tracing(Protocol):
    """Begins spans. Never raises and never waits."""

    def begin(
        self,
        name: str,
        kind: SpanKind,
        *,
        parent: str | None = None,
        links: Sequence[str] = (),
        began_ns: int | None = None,
    ) -> Span:
        """Begin a span under `parent`, or a trace of its own.

        `began_ns` is Unix time in nanoseconds; None = now. A parent that is no
        traceparent counts as none.
        """
        ...


def trace_id(traceparent: str) -> str:
    """Take the trace's id, 32 hex digits, out of a well-formed traceparent."""
    return traceparent[3:35]


class NoTracing:
    """For whoever has nobody to tell: every span is its parent, or part of a trace of its own."""

    def begin(
        self,
        name: str,  # noqa: ARG002 - the port's signature
        kind: SpanKind,  # noqa: ARG002
        *,
        parent: str | None = None,
        links: Sequence[str] = (),  # noqa: ARG002
        began_ns: int | None = None,  # noqa: ARG002
    ) -> "UnseenSpan":
        """Make no more than a name for the trace."""
        if parent is not None and _TRACEPARENT.fullmatch(parent):
            return UnseenSpan(parent)
        # Ids are no secrets: the operating system's randomness would cost a call of its own.
        ids = f"{random.getrandbits(192):048x}"
        return UnseenSpan(f"00-{ids[:32]}-{ids[32:]}-00")


@dataclass(frozen=True, slots=True)
class UnseenSpan:
    """A span that nobody records: who comes later hangs on to its parent."""

    traceparent: str

    def link(self, traceparent: str | None) -> None:
        """Forget it."""

    def end(self, fault: str | None = None, **facts: str | int) -> None:
        """Forget it."""
