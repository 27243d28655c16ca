"""What is told of every call: a line, figures and a span. No request, no URL, no text."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

import structlog
from structlog.typing import FilteringBoundLogger

from catalog.adapters.grpc.call import Call
from catalog.adapters.grpc.errors import status_code
from catalog.adapters.grpc.trace_context import TRACEPARENT_KEY, checked_traceparent
from catalog.application.faults import describe_fault
from catalog.application.metrics.metric import Measures, NoMeasures, Take
from catalog.application.metrics.process import LIMITER_REFUSALS, RPC_COUNT, RPC_DURATION
from catalog.application.metrics.uploads import INIT_COUNT
from catalog.application.tracing import NoTracing, Span, Tracing, trace_id
from catalog.application.work_facts import begin_work
from catalog.domain.errors import (
    CatalogError,
    RateLimitedError,
    ServerOverloadedError,
    ShuttingDownError,
)

_PACKAGE = "video.v1."
_OK = "OK"
_INIT = "UploadService/InitResumableUpload"
_OUR_FAULTS = {
    "UNAVAILABLE": logging.WARNING,
    "DEADLINE_EXCEEDED": logging.WARNING,
    "INTERNAL": logging.ERROR,
}


@dataclass(frozen=True, slots=True)
class Told:
    """Where it goes."""

    measures: Measures = field(default_factory=NoMeasures)
    tracing: Tracing = field(default_factory=NoTracing)
    log: FilteringBoundLogger = field(
        default_factory=lambda: structlog.get_logger(component="grpc").bind()
    )

    _answered: "dict[str, _Answered]" = field(default_factory=dict, init=False)

    def begin(self, method: str, metadata: Iterable[tuple[str, str | bytes]]) -> "Telling":
        """Start with what the caller says of its trace."""
        parent = None
        for key, value in metadata:
            if key == TRACEPARENT_KEY:
                parent = checked_traceparent(value)
        span = self.tracing.begin(method, "server", parent=parent)
        return Telling(self, method, span, trace_id(span.traceparent), perf_counter())

    def answered(self, method: str) -> "_Answered":
        """Return the figures of the method's calls that end well, from the first one on."""
        known = self._answered.get(method)
        if known is None:
            short = method.removeprefix(_PACKAGE)
            known = self._answered[method] = _Answered(
                self.measures.adding(RPC_COUNT, method=short, code=_OK),
                self.measures.recording(RPC_DURATION, method=short),
            )
        return known

    def refused(self, method: str, code: str, reason: str, calls: int, **facts: str) -> None:
        """Tell of calls that were refused before anything was read of them."""
        short = method.removeprefix(_PACKAGE)
        self.measures.add(RPC_COUNT, calls, method=short, code=code)
        if reason == ServerOverloadedError.reason:
            self.measures.add(LIMITER_REFUSALS, calls, scope="rpc")
        elif reason == ShuttingDownError.reason and short == _INIT:
            self.measures.add(INIT_COUNT, calls, result="turned_away")
        self.log.info("rpc", method=method, code=code, reason=reason, calls=calls, **facts)


@dataclass(frozen=True, slots=True)
class _Answered:
    """Figures with their labels looked up: most calls need no others."""

    count: Take
    take_seconds: Take


@dataclass(slots=True)
class Telling:
    """One call, from its arrival to its answer."""

    told: Told
    method: str
    span: Span
    trace_id: str
    """What joins everything that belongs to the caller's doing."""
    started: float

    def admit(self, call: Call) -> None:
        """Let every line from now on name the caller and the trace."""
        begin_work({"trace_id": self.trace_id, **call.facts})

    def end(
        self,
        call: Call | None,
        fault: BaseException | None = None,
        error: CatalogError | None = None,
    ) -> None:
        """Tell who, what and how it ended."""
        seconds = perf_counter() - self.started
        facts = {} if call is None else call.facts
        code = _OK if fault is None else _code(error)
        if fault is None:
            answered = self.told.answered(self.method)
            answered.count(1)
            answered.take_seconds(seconds)
        else:
            self._measure(code, seconds, error)
        self.span.end(None if fault is None else _reason(code, error), code=code, **facts)
        said: dict[str, object] = {
            "method": self.method,
            "code": code,
            "milliseconds": round(seconds * 1000, 2),
            "trace_id": self.trace_id,
            **facts,
        }
        if fault is None:
            self.told.log.info("rpc", **said)
            return
        said["reason"] = error.reason if error else ""
        if code in _OUR_FAULTS:
            said |= describe_fault(fault)
        self.told.log.log(_OUR_FAULTS.get(code, logging.INFO), "rpc", **said)

    def _measure(self, code: str, seconds: float, error: CatalogError | None) -> None:
        measures, method = self.told.measures, self.method.removeprefix(_PACKAGE)
        measures.add(RPC_COUNT, method=method, code=code)
        if isinstance(error, ServerOverloadedError):
            measures.add(LIMITER_REFUSALS, scope="rpc")
            return  # its time says nothing about the method's
        if isinstance(error, RateLimitedError):
            measures.add(LIMITER_REFUSALS, scope="user")
        measures.record(RPC_DURATION, seconds, method=method)


def _code(error: CatalogError | None) -> str:
    return "CANCELLED" if error is None else status_code(error).name


def _reason(code: str, error: CatalogError | None) -> str:
    return error.reason if error else code
