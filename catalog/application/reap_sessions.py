"""Ends uploads whose sessions have ended, by the clock."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import timedelta

from catalog.application.deciding import decide_again
from catalog.application.finalize_upload import FinalizeUseCase
from catalog.application.item_by_item import OnFault, each_by_itself, unheard
from catalog.application.ports import EventEncoder, ObjectStore
from catalog.application.records import Arrival, HistoryEntry, OutboxRecord, TimedUpload
from catalog.application.tally import Tally
from catalog.application.told_upkeep import UNTOLD, UpkeepStory
from catalog.application.upkeep_records import Expiry
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.events import UploadExpired
from catalog.domain.outcomes import failed
from catalog.domain.upload import Effect, Upload, UploadEvent
from catalog.domain.values import UploadId


@dataclass(frozen=True, slots=True)
class ReapPolicy:
    """When a session is over, and how many are looked at together."""

    margin: timedelta = timedelta(minutes=15)
    """From the deadline on: clocks differ, and news of the last bytes take their time."""
    lease: timedelta = timedelta(minutes=2)
    """Others leave an upload alone for so long; one that failed is tried again after it."""
    batch: int = 100
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class Reaped:
    """What came of a batch."""

    claimed: int
    tally: Tally
    """By finalize effect, `expired`, or skipped with the reason."""


@dataclass(frozen=True, slots=True)
class ReapSessions:
    """Several may run side by side. No transaction is open while the bucket is looked at."""

    store: UpkeepStore
    objects: ObjectStore
    finalize: FinalizeUseCase
    encoder: EventEncoder
    policy: ReapPolicy = ReapPolicy()
    on_fault: OnFault = unheard
    story: UpkeepStory = UNTOLD

    async def __call__(self, stop: asyncio.Event | None = None) -> Reaped:
        """Reap one batch: whatever object is there is finalized, else the upload expires.

        What cannot be looked at now is left for later. Raises UnavailableError
        when not even the batch can be chosen.
        """
        policy, tally = self.policy, Tally()
        async with self.store.autocommit() as statements:
            due = await statements.endings.claim_expired(policy.margin, policy.lease, policy.batch)

        async def reap(upload: Upload) -> None:
            await self._reap(upload, tally)

        await each_by_itself(
            due, reap, tally.left, at_once=policy.at_once, stop=stop, on_fault=self.on_fault
        )
        return Reaped(len(due), tally)

    async def _reap(self, upload: Upload, tally: Tally) -> None:
        stored = await self.objects.stat(upload.ref)
        if stored is not None:
            outcome = await self.finalize(Arrival(stored, "reaper"))
            tally.add(outcome.effect)
            return
        skipped = await decide_again(lambda: self._expire(upload.upload_id))
        if skipped is None:
            tally.add(Effect.EXPIRED.value)
            self.story.expired(upload)
        else:
            tally.skip(skipped)

    async def _expire(self, upload_id: UploadId) -> str | None:
        """Fail the upload, or say why not: it may have moved on since it was chosen."""
        async with self.store.transaction() as statements:
            locked = await statements.endings.lock_by_id(upload_id)
            if locked is None:
                return "forgotten"
            if locked.at < locked.upload.session_expires_at + self.policy.margin:
                return "deadline_moved"
            transition = locked.upload.on(UploadEvent.DEADLINE_PASSED)
            if transition.effect is not Effect.EXPIRED:
                return "ended"
            entry = HistoryEntry("reaper", "expire", transition.decision)
            expiry = Expiry(locked.upload, entry, (self._event(locked),))
            await statements.endings.mark_expired(expiry)
            return None

    def _event(self, locked: TimedUpload) -> OutboxRecord:
        after = failed(locked.upload, locked.upload.on(UploadEvent.DEADLINE_PASSED), locked.at)
        event = UploadExpired(uuid.uuid4(), locked.at, locked.upload.traceparent, after)
        return self.encoder.encode(event)
