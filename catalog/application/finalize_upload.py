"""Takes the news of a stored object and does, once, what it means for its upload."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from catalog.application.deciding import decide_again
from catalog.application.ports import EventEncoder
from catalog.application.records import (
    Applied,
    Arrival,
    Claim,
    Completion,
    HistoryEntry,
    OutboxRecord,
    Rejection,
)
from catalog.application.store import ConcurrentChangeError, Statements, Store
from catalog.domain.events import UploadCompleted, UploadFailed, VideoCreated
from catalog.domain.finalize import REFUSALS, Judgement, judge
from catalog.domain.outcomes import completed, failed, made_from, moved_to_processing
from catalog.domain.upload import Effect, FailureCode, Upload
from catalog.domain.values import StoredObject, UploadId, VideoId
from catalog.domain.video import Video

UNKNOWN_OBJECT = "unknown_object"


@dataclass(frozen=True, slots=True)
class FinalizeOutcome:
    """What came of an arrival."""

    effect: str
    """An Effect's value, or unknown_object."""
    upload: Upload | None = None
    """As it was before; None for a duplicate, whose upload nobody looked up."""
    refusal: FailureCode | None = None
    """Why the object was refused, where it was."""
    size_differs: bool = False
    type_differs: bool = False
    video_created: bool = False
    alarm: bool = False
    """True when somebody should look: another object than the one that completed."""

    @property
    def upload_id(self) -> UploadId | None:
        """The upload that the object belongs to, as far as it is known."""
        return self.upload.upload_id if self.upload else None


FinalizeUseCase = Callable[[Arrival], Awaitable[FinalizeOutcome]]
"""FinalizeUpload, or what is around it."""


@dataclass(frozen=True, slots=True)
class FinalizeUpload:
    """Claim, decide and apply in one transaction of four round trips.

    The same for a push, the sweep, the reaper and a replay: the inbox key is
    the object's generation, whoever brings the news.
    """

    store: Store
    encoder: EventEncoder
    max_size_bytes: int
    new_id: Callable[[], UUID] = uuid4
    """Draws the ids of events and videos."""

    async def __call__(self, arrival: Arrival) -> FinalizeOutcome:
        """Return what was decided; repeating the arrival answers `duplicate`.

        Raises UnavailableError for a passing fault: nothing was kept then.
        """
        return await decide_again(lambda: self._attempt(arrival))

    async def _attempt(self, arrival: Arrival) -> FinalizeOutcome:
        async with self.store.transaction() as statements:
            claim = await statements.inbox.claim(arrival)
            if not claim.won:
                return FinalizeOutcome(Effect.DUPLICATE.value)
            if claim.upload is None:
                return await _unknown(statements, arrival.stored)
            return await self._carry_out(statements, arrival, claim, claim.upload)

    async def _carry_out(
        self, statements: Statements, arrival: Arrival, claim: Claim, upload: Upload
    ) -> FinalizeOutcome:
        judgement = judge(
            upload,
            arrival.stored,
            tombstoned=claim.tombstoned,
            max_size_bytes=self.max_size_bytes,
        )
        match judgement.transition.effect:
            case Effect.COMPLETED:
                completion = self._completion(arrival, claim, upload, judgement)
                applied = await statements.inbox.mark_completed(completion)
                _expect(applied, _completed_rows(completion))
                return _outcome(judgement, upload, video_created=completion.video_created)
            case Effect.FAILED | Effect.REJECTED as effect:
                rejection = self._rejection(arrival, claim, upload, judgement)
                fails = effect is Effect.FAILED
                mark = statements.inbox.mark_failed if fails else statements.inbox.mark_rejected
                _expect(await mark(rejection), _rejected_rows(rejection, fails=fails))
            case _:
                entry = _history(arrival, judgement)
                applied = await statements.inbox.settle(arrival.stored, upload, entry)
                _expect(applied, Applied(history=1, inbox=1))
        return _outcome(judgement, upload)

    def _completion(
        self, arrival: Arrival, claim: Claim, before: Upload, judgement: Judgement
    ) -> Completion:
        stored = arrival.stored
        bound = claim.video
        usable = bound is not None and bound.awaits_file_of(before.user_id)
        video = (
            moved_to_processing(bound, stored)
            if bound and usable
            else made_from(before, stored, VideoId(self.new_id()), claim.at)
        )
        after = completed(before, judgement.transition, stored, video.video_id, claim.at)
        return Completion(
            before=before,
            after=after,
            stored=stored,
            video=video,
            video_created=not usable,
            history=_history(arrival, judgement, video_id=str(video.video_id), made=not usable),
            outbox=self._completed_events(after, stored, video, claim.at, made=not usable),
        )

    def _completed_events(
        self, after: Upload, stored: StoredObject, video: Video, at: datetime, *, made: bool
    ) -> tuple[OutboxRecord, ...]:
        trace = after.traceparent
        event = UploadCompleted(self.new_id(), at, trace, after, stored, video, made)
        events = [self.encoder.encode(event)]
        if made:
            events.append(self.encoder.encode(VideoCreated(self.new_id(), at, trace, video)))
        return tuple(events)

    def _rejection(
        self, arrival: Arrival, claim: Claim, before: Upload, judgement: Judgement
    ) -> Rejection:
        outbox: tuple[OutboxRecord, ...] = ()
        code = judgement.transition.code
        if code is not None:
            after = failed(before, judgement.transition, claim.at)
            event = UploadFailed(
                self.new_id(), claim.at, before.traceparent, after, arrival.stored, code
            )
            outbox = (self.encoder.encode(event),)
        return Rejection(
            before=before,
            stored=arrival.stored,
            code=REFUSALS[judgement.event],
            history=_history(arrival, judgement),
            outbox=outbox,
        )


async def _unknown(statements: Statements, stored: StoredObject) -> FinalizeOutcome:
    """Nobody owns the object, unless a plain look, fresh as it is, finds its upload by now."""
    if await statements.uploads.object_is_known(stored.ref):
        raise ConcurrentChangeError
    await statements.inbox.mark_unknown(stored)
    return FinalizeOutcome(UNKNOWN_OBJECT)


def _history(arrival: Arrival, judgement: Judgement, **further: object) -> HistoryEntry:
    stored = arrival.stored
    detail: dict[str, object] = {
        "outcome": judgement.transition.effect.value,
        "event": judgement.event.value,
        "generation": str(stored.generation),
        "size_bytes": stored.size_bytes,
    }
    if arrival.message_id is not None:
        detail["message_id"] = arrival.message_id
    if judgement.size_differs:
        detail["size_differs"] = True
    if judgement.type_differs:
        detail["content_type"] = stored.content_type
    detail.update(further)
    return HistoryEntry(arrival.actor, "finalize", judgement.transition.decision, detail)


def _expect(applied: Applied, expected: Applied) -> None:
    if applied != expected:
        raise ConcurrentChangeError


def _completed_rows(completion: Completion) -> Applied:
    return Applied(uploads=1, videos=1, history=1, outbox=len(completion.outbox), inbox=1)


def _rejected_rows(rejection: Rejection, *, fails: bool) -> Applied:
    return Applied(
        uploads=1 if fails else 0,
        tombstones=1,
        history=1,
        outbox=len(rejection.outbox),
        inbox=1,
    )


def _refusal(judgement: Judgement) -> FailureCode | None:
    """Say what is wrong with the object; the right one is wrong for a cancelled upload alone."""
    code = REFUSALS.get(judgement.event)
    cancelled = judgement.transition.effect is Effect.REJECTED
    return None if code is FailureCode.CANCELLED and not cancelled else code


def _outcome(
    judgement: Judgement, upload: Upload, *, video_created: bool = False
) -> FinalizeOutcome:
    effect = judgement.transition.effect
    return FinalizeOutcome(
        effect=effect.value,
        upload=upload,
        refusal=_refusal(judgement),
        size_differs=judgement.size_differs,
        type_differs=judgement.type_differs,
        video_created=video_created,
        alarm=effect is Effect.IGNORED,
    )
