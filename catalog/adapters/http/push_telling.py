"""What is told of every push: a line, figures and a span in its upload's trace."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter

import structlog
from structlog.typing import FilteringBoundLogger

from catalog.adapters.http.push_reasons import Reason
from catalog.application.counted import Counted
from catalog.application.faults import describe_fault
from catalog.application.finalize_upload import FinalizeOutcome
from catalog.application.metrics import pushes as figures
from catalog.application.metrics.metric import Measures, NoMeasures, Take
from catalog.application.metrics.process import LIMITER_REFUSALS
from catalog.application.records import Arrival
from catalog.application.tracing import NoTracing, Span, Tracing, trace_id
from catalog.application.work_facts import begin_work, learn

_MALFORMED = "malformed"
_OWN_NAME = frozenset(figures.QUARANTINED_COUNT.labels["reason"])


@dataclass(frozen=True, slots=True)
class PushTold:
    """Where it goes."""

    measures: Measures = field(default_factory=NoMeasures)
    tracing: Tracing = field(default_factory=NoTracing)
    log: FilteringBoundLogger = field(
        default_factory=lambda: structlog.get_logger(component="push").bind()
    )

    limited: "Counted[int]" = field(init=False)
    """Pushes that were too many, by the status they were answered with."""
    refused: "Counted[tuple[int, str]]" = field(init=False)
    """Those of strangers, by status and reason: of the reasons there are a few."""
    counting: Callable[[str], Take] = field(init=False)
    """Finds what counts the pushes of an outcome; looked up once, as is the next."""
    timing: Callable[[], Take] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limited", Counted(self._limited))
        object.__setattr__(self, "refused", Counted(self._refused))
        adding, recording = self.measures.adding, self.measures.recording
        counting = cache(lambda outcome: adding(figures.CALLBACK_COUNT, outcome=outcome))
        object.__setattr__(self, "counting", counting)
        object.__setattr__(self, "timing", cache(lambda: recording(figures.CALLBACK_DURATION)))

    def begin(self) -> "PushTelling":
        """Start, in a trace of its own: who sends it is not known yet."""
        span = self.tracing.begin("gcs.callback", "consumer")
        begin_work({"trace_id": trace_id(span.traceparent)})
        return PushTelling(self, span)

    def _limited(self, status: int, pushes: int) -> None:
        self.measures.add(LIMITER_REFUSALS, pushes, scope="callback")
        self.measures.add(figures.CALLBACK_COUNT, pushes, outcome="limited")
        self.log.info("push_limited", status=status, pushes=pushes)

    def _refused(self, kind: tuple[int, str], pushes: int) -> None:
        status, why = kind
        self.log.warning("push_refused", status=status, why=why, pushes=pushes)


@dataclass(slots=True)
class PushTelling:
    """One push, from its head to its answer. Exactly one of its ends is told."""

    told: PushTold
    span: Span
    _arrived: dict[str, str | None] = field(default_factory=dict)
    _started: float = field(default_factory=perf_counter)
    _began_ns: int = field(default_factory=time.time_ns)
    _body_awaited: float | None = None

    def trusted(self, traceparent: str | None) -> None:
        """Move into the trace of whoever delivers it: not for strangers, it decides on sampling.

        From now on its body is waited for.
        """
        self._body_awaited = perf_counter()
        if traceparent is None:
            return
        # The span so far is dropped: one that never ends goes to no exporter.
        self.span = self.told.tracing.begin(
            "gcs.callback", "consumer", parent=traceparent, began_ns=self._began_ns
        )
        learn(trace_id=trace_id(self.span.traceparent))

    def arrives(self, arrival: Arrival) -> None:
        """Let every line from now on name what has arrived."""
        self._arrived = {
            "object_name": arrival.stored.ref.name,
            "gcs_generation": str(arrival.stored.generation),
            "pubsub_message_id": arrival.message_id,
        }
        learn(**self._arrived)

    def finalized(self, outcome: FinalizeOutcome) -> None:
        """Tell what came of an object; with its upload known, in the upload's own trace."""
        facts: dict[str, object] = {"upload_id": None, "user_id": None}
        if outcome.upload is not None:
            facts = {
                "upload_id": str(outcome.upload.upload_id),
                "user_id": str(outcome.upload.user_id),
            }
            self._join(outcome)
        level = self.told.log.error if outcome.alarm else self.told.log.info
        level(
            "push_alarm" if outcome.alarm else "push",
            status=204,
            effect=outcome.effect,
            refusal=outcome.refusal.value if outcome.refusal else None,
            **self._arrived,
            **facts,
            size_differs=outcome.size_differs,
            type_differs=outcome.type_differs,
            video_created=outcome.video_created,
            milliseconds=self._milliseconds(),
        )
        self._ended(outcome.effect)

    def _join(self, outcome: FinalizeOutcome) -> None:
        """Put a span of this push into the trace that began with Init."""
        assert outcome.upload is not None
        origin = outcome.upload.traceparent
        if origin is None:
            return
        learn(trace_id=trace_id(origin))
        self.span.link(origin)
        span = self.told.tracing.begin(
            "upload.finalize",
            "consumer",
            parent=origin,
            links=[self.span.traceparent],
            began_ns=self._began_ns,
        )
        span.end(upload_id=str(outcome.upload.upload_id), effect=outcome.effect)

    def of_other_event(self, event_type: str, message_id: str | None) -> None:
        """Tell that it was none of our business."""
        self.told.log.info(
            "push_of_other_event",
            status=204,
            event_type=event_type,
            pubsub_message_id=message_id,
            milliseconds=self._milliseconds(),
        )
        self._ended("other_event")

    def quarantined(self, reason: Reason, facts: Mapping[str, object], *, first: bool) -> None:
        """Tell that it was set aside."""
        name = reason.value if reason.value in _OWN_NAME else _MALFORMED
        self.told.measures.add(figures.QUARANTINED_COUNT, reason=name)
        self.told.log.error("push_quarantined", status=204, **facts, first_time=first)
        self._ended("quarantined")

    def lost(self, facts: Mapping[str, object], fault: BaseException) -> None:
        """Tell that it could be neither used nor kept."""
        self.told.log.error("push_lost", status=204, **facts, **describe_fault(fault))
        self._ended("lost", "LOST")

    def refused(self, status: int, why: str) -> None:
        """Tell that a stranger was sent away: strangers come in floods, so by number."""
        self.told.refused.count((status, why))
        self._ended("unauthenticated" if status == 401 else "forbidden")

    def abandoned(self) -> None:
        """Tell that its sender went away: how long its body took was not for us to say."""
        self.told.log.info("push_abandoned", status=503)
        self._ended("abandoned", "ABANDONED", until=self._body_awaited)

    def cut_off(self) -> None:
        """Count what the end of the process broke off; who broke it off has told."""
        self._ended("late", "CANCELLED")

    def failed(self, fault: BaseException) -> None:
        """Tell that it has to come again."""
        self.told.log.error("push_failed", status=503, **self._arrived, **describe_fault(fault))
        self._ended("late", type(fault).__name__)

    def _ended(self, outcome: str, fault: str | None = None, *, until: float | None = None) -> None:
        seconds = (until or perf_counter()) - self._started
        self.told.counting(outcome)(1)
        self.told.timing()(seconds)
        self.span.end(fault, outcome=outcome)

    def _milliseconds(self) -> float:
        return round((perf_counter() - self._started) * 1000, 2)
