"""Gives pushes that were set aside another try, the way they would have gone."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from catalog.application.finalize_upload import UNKNOWN_OBJECT, FinalizeUseCase
from catalog.application.inspect_inbox import QUARANTINED, EventNotKeptError, kept
from catalog.application.operations_records import InboxKey, KeptBody, KeptEvent
from catalog.application.operations_store import OperationsStore
from catalog.application.records import Arrival

_PAGE = 100


@dataclass(frozen=True, slots=True)
class UnusableBody:
    """A body that still means nothing to us."""

    reason: str
    explanation: str
    unreadable: bool
    """True when not even its text can be parsed, as when its end is missing."""


@dataclass(frozen=True, slots=True)
class ForeignBody:
    """A good push of an event that is none of our business."""

    event_type: str


PushReader = Callable[[bytes], Arrival | UnusableBody | ForeignBody]

ReplayState = Literal["replayed", "settled", "unknown_object", "unusable", "truncated", "empty"]
"""`settled`: was decided before, nothing to do. `unknown_object`: read, and nobody owns the object;
its own row may be replayed again. `unusable`: as it was, with the reason of today. `truncated`:
its end was never kept. `empty`: nothing was kept, as of what a sweep reported."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of one row."""

    key: str
    state: ReplayState
    result: str
    """The decision's effect, or why there is none."""
    upload_id: str | None = None

    @property
    def is_settled(self) -> bool:
        """True when nobody need come back to the row."""
        return self.state in ("replayed", "settled")


@dataclass(frozen=True, slots=True)
class ReplayPush:
    """Safe to repeat and beside anything else: the natural key decides once."""

    store: OperationsStore
    read: PushReader
    finalize: FinalizeUseCase
    kept_bytes: int
    """How much of a body is kept: one that long may lack its end."""

    async def __call__(self, key: str) -> Replay:
        """Replay one row. Raises EventNotKeptError, or an UnavailableError: nothing was lost."""
        async with self.store.autocommit() as statements:
            found = await kept(statements, key)
        event = found.event
        if event.outcome not in (QUARANTINED, UNKNOWN_OBJECT):
            return Replay(key, "settled", event.outcome or "under way")
        if found.payload is None:
            return Replay(key, "empty", "no body was kept; the next sweep looks at the object")
        return await self._replay(found, found.payload)

    async def all_quarantined(self) -> AsyncIterator[Replay]:
        """Replay all that is quarantined, in the order of arrival, each once."""
        behind: KeptEvent | None = None
        while True:
            async with self.store.autocommit() as statements:
                page = await statements.inbox_records.quarantined(behind, _PAGE)
            for event in page:
                # Pruned since the page was read: then there is nothing left to do.
                with suppress(EventNotKeptError):
                    yield await self(event.key.dedup_key)
            if len(page) < _PAGE:
                return
            behind = page[-1]

    async def _replay(self, found: KeptBody, payload: bytes) -> Replay:
        key = found.event.key
        match self.read(payload):
            case UnusableBody(unreadable=True) if len(payload) >= self.kept_bytes:
                told = f"its first {len(payload)} bytes alone were kept; it cannot be replayed"
                return Replay(key.dedup_key, "truncated", told)
            case UnusableBody() as body:
                await self._still_unusable(found, body)
                return Replay(key.dedup_key, "unusable", f"{body.reason}: {body.explanation}")
            case ForeignBody(event_type=event_type):
                await self._settle(key, f"replayed: {event_type}, nothing to do")
                return Replay(key.dedup_key, "replayed", event_type)
            case Arrival() as arrival:
                return await self._carry_out(key, arrival)

    async def _carry_out(self, key: InboxKey, arrival: Arrival) -> Replay:
        outcome = await self.finalize(replace(arrival, actor="replay"))
        await self._settle(key, f"replayed as {arrival.stored.dedup_key}: {outcome.effect}")
        if outcome.effect == UNKNOWN_OBJECT:
            told = f"no upload owns it yet; kept as {arrival.stored.dedup_key}"
            return Replay(key.dedup_key, "unknown_object", told)
        upload_id = str(outcome.upload_id) if outcome.upload_id else None
        return Replay(key.dedup_key, "replayed", outcome.effect, upload_id)

    async def _settle(self, key: InboxKey, result: str) -> None:
        """Mark the quarantined row; a row under its natural key was marked with the decision."""
        if key.source == "gcs-quarantine":
            async with self.store.autocommit() as statements:
                await statements.inbox_records.mark_replayed(key, result)

    async def _still_unusable(self, found: KeptBody, body: UnusableBody) -> None:
        if found.event.key.source == "gcs-quarantine" and body.reason != found.event.reason:
            async with self.store.autocommit() as statements:
                await statements.inbox_records.mark_unusable(found.event.key, body.reason)
