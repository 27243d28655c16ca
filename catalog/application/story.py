"""An upload's story: everything that is kept of it, put in the order of time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from catalog.application.operations_records import (
    AnnouncedEvent,
    BuriedObject,
    HistoryLine,
    KeptEvent,
)

Kind = Literal["push", "decision", "deletion", "event"]
# Rows of one transaction share its time: news come before what is decided on them,
# and a decision before what follows from it.
_ORDER: Mapping[Kind, int] = {"push": 0, "decision": 1, "deletion": 2, "event": 3}


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened: who did what, and what came of it."""

    at: datetime
    kind: Kind
    who: str
    what: str
    result: str
    detail: Mapping[str, object] = field(default_factory=dict)

    def spoken(self) -> tuple[str, ...]:
        """Put it in words for people: one line, and one for the details if there are any.

        What others have sent is in there: whoever prints it takes care of control characters.
        """
        head = f"{self.who:<8}  {self.what:<22}  {self.result}"
        details = "  ".join(f"{name}={value}" for name, value in self.detail.items())
        return (head, details) if details else (head,)


def tell(
    history: Sequence[HistoryLine],
    pushes: Sequence[KeptEvent],
    deletions: Sequence[BuriedObject],
    events: Sequence[AnnouncedEvent],
) -> Sequence[StoryLine]:
    """Merge everything into one list, oldest first; what is given in order stays in order."""
    lines = [
        *[_decided(each) for each in history],
        *[_pushed(each) for each in pushes],
        *[line for each in deletions for line in _deleted(each)],
        *[line for each in events for line in _announced(each)],
    ]
    return sorted(lines, key=lambda line: (line.at, _ORDER[line.kind]))


def _decided(line: HistoryLine) -> StoryLine:
    return StoryLine(line.at, "decision", line.actor, line.request, line.decision, line.detail)


def _pushed(kept: KeptEvent) -> StoryLine:
    detail = {
        "generation": kept.key.dedup_key.rpartition("#")[2],
        "message_id": kept.message_id,
        "reason": kept.reason,
    }
    outcome = kept.outcome or "undecided"
    return StoryLine(
        kept.received_at, "push", kept.actor, "object stored", outcome, _said(**detail)
    )


def _deleted(buried: BuriedObject) -> Iterator[StoryLine]:
    what, generation = "delete object", str(buried.generation)
    detail = _said(generation=generation, reason=buried.reason)
    if buried.deleted_at is None:
        trouble = _said(attempts=buried.attempts, last_error=buried.last_error)
        yield StoryLine(buried.created_at, "deletion", "gc", what, "waiting", detail | trouble)
        return
    yield StoryLine(buried.created_at, "deletion", "gc", what, "queued", detail)
    yield StoryLine(
        buried.deleted_at, "deletion", "gc", what, "deleted", {"generation": generation}
    )


def _announced(event: AnnouncedEvent) -> Iterator[StoryLine]:
    what, detail = event.event_type, {"event_id": str(event.event_id)}
    if event.state_at is None:
        trouble = _said(attempts=event.attempts, last_error=event.last_error)
        yield StoryLine(event.occurred_at, "event", "relay", what, event.state, detail | trouble)
        return
    yield StoryLine(event.occurred_at, "event", "relay", what, "announced", detail)
    reason = {} if event.state == "published" else _said(reason=event.last_error)
    yield StoryLine(event.state_at, "event", "relay", what, event.state, detail | reason)


def _said(**values: object) -> dict[str, object]:
    """Leave out what there is nothing to say of."""
    return {name: value for name, value in values.items() if value not in (None, 0, "")}
