"""Gives a user's content its one upload and the URL that opens a session for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from catalog.application.binding import BindingLocks, lock_for_binding, take_video
from catalog.application.deciding import decide_again
from catalog.application.object_removal import ObjectRemoval
from catalog.application.ports import ObjectStore, UrlSigner
from catalog.application.records import (
    HistoryEntry,
    InitFacts,
    SignedStart,
    TimedUpload,
    Tombstone,
)
from catalog.application.store import ConcurrentChangeError, Statements, Store
from catalog.domain.errors import ObjectInTheWayError, UploadsDisabledError
from catalog.domain.policies import CheckedInit, RawInit, UploadPolicy, check_init
from catalog.domain.upload import Decision, Effect, Upload, UploadEvent
from catalog.domain.values import Generation, ObjectRef, StoredObject, UserId, VideoId

SESSION_LIFE = timedelta(days=7)
"""How long a session lives after its start, whatever the URL's lifetime
(Cloud Storage, resumable-uploads)."""
CLEARING_ROUNDS = 3
NEW = "new"
_MADE = HistoryEntry("user", "init", Decision.INSERT)


@dataclass(frozen=True, slots=True)
class InitCommand:
    """InitResumableUpload as the caller sent it."""

    user: UserId
    raw: RawInit
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class InitAnswer:
    """The upload as it stands, and how to start unless it is completed."""

    upload: Upload
    start: SignedStart | None
    result: str = NEW
    """NEW, or the value of the Effect that Init had on an upload that was there."""


@dataclass(frozen=True, slots=True)
class _Written:
    """The upload as Init left it, and what Init did to it."""

    timed: TimedUpload
    result: str = NEW


@dataclass(frozen=True, slots=True)
class _Blocked:
    """A failed upload may not start anew before the bucket was looked at and these are gone."""

    ref: ObjectRef
    at: datetime
    """By the database's clock: the look that follows is younger."""
    generations: Sequence[Generation] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    """What the bucket held at the object's name when somebody looked."""

    stored: StoredObject | None
    at: datetime | None
    """A moment before, by the database's clock; None = just now."""


@dataclass(frozen=True, slots=True)
class _Locked:
    """The upload under lock. A made one is new in this transaction."""

    timed: TimedUpload
    made: bool
    video_id: VideoId | None
    """The video it is to have after this Init."""
    binding: BindingLocks | None


@dataclass(frozen=True, slots=True)
class InitResumableUpload:
    """A new upload costs one statement; no network call runs inside a transaction."""

    store: Store
    signer: UrlSigner
    objects: ObjectStore
    removal: ObjectRemoval
    policy: UploadPolicy
    bucket: str
    url_life: timedelta
    enabled: bool = True

    async def __call__(self, command: InitCommand) -> InitAnswer:
        """Answer with the upload of (user, MD5): made, renewed, started anew or completed.

        Raises InvalidRequestError, VideoNotFoundError, a PreconditionError, or
        an UnavailableError when repeating the call later is all that helps.
        """
        if not self.enabled:
            raise UploadsDisabledError
        checked = check_init(command.raw, self.policy)
        facts = self._facts(command, checked)
        if checked.video_id is None:
            async with self.store.autocommit() as statements:
                made = await statements.uploads.insert_by_user_md5(facts, _MADE)
            if made is not None:
                return await self._answer(_Written(made))
        return await self._answer(await self._start(facts, checked.video_id))

    def _facts(self, command: InitCommand, checked: CheckedInit) -> InitFacts:
        return InitFacts(
            user_id=command.user,
            ref=ObjectRef.for_upload(self.bucket, command.user, checked.md5),
            md5=checked.md5,
            filename=checked.filename,
            content_type=checked.content_type,
            declared_size=checked.size_bytes,
            duration_seconds=checked.duration_seconds,
            session_life=self.url_life + SESSION_LIFE,
            traceparent=command.traceparent,
        )

    async def _answer(self, written: _Written) -> InitAnswer:
        upload, at = written.timed.upload, written.timed.at
        if upload.on(UploadEvent.INIT).effect is Effect.ALREADY_COMPLETED:
            return InitAnswer(upload, None, written.result)
        start = await self.signer.signed_resumable_init_url(upload.ref, upload.content_type, at)
        return InitAnswer(upload, start, written.result)

    async def _start(self, facts: InitFacts, video_id: VideoId | None) -> _Written:
        """Renew, start anew or find completed; clear refused objects out of the way first."""
        look: _Look | None = None
        for _ in range(CLEARING_ROUNDS + 1):
            attempt = partial(self._decide, facts, video_id, look)
            step = await decide_again(attempt)
            if isinstance(step, _Written):
                return step
            for generation in step.generations:
                await self.removal.remove(step.ref, generation)
            # What is still there after our own removal was seen after it.
            at = None if step.generations else step.at
            look = _Look(await self.objects.stat(step.ref), at)
        raise ObjectInTheWayError

    async def _decide(
        self, facts: InitFacts, video_id: VideoId | None, look: _Look | None
    ) -> _Written | _Blocked:
        """Lock, decide and apply in one transaction."""
        async with self.store.transaction() as statements:
            locked = await _lock(statements, facts, video_id)
            upload = locked.timed.upload
            if locked.made:
                return _Written(await _bind_made(statements, locked))
            effect = upload.on(UploadEvent.INIT).effect
            if effect is Effect.RESTARTED:
                blocked = await _obstacles(statements, locked.timed, look)
                if blocked is not None:
                    return blocked
            if locked.binding is not None and locked.video_id is not None:
                await take_video(statements, locked.binding, locked.video_id)
            return _Written(await _write(statements, locked, facts, effect), effect.value)


async def _lock(statements: Statements, facts: InitFacts, video_id: VideoId | None) -> _Locked:
    """Lock the upload, made on the way if need be, and the video if one is named."""
    if video_id is None:
        timed = await statements.uploads.lock_by_user_md5(facts.user_id, facts.md5)
        if timed is not None:
            return _Locked(timed, made=False, video_id=timed.upload.video_id, binding=None)
        timed = await statements.uploads.insert_by_user_md5(facts, _MADE)
        if timed is None:
            raise ConcurrentChangeError
        return _Locked(timed, made=True, video_id=None, binding=None)
    upload_id = await statements.uploads.find_by_user_md5(facts.user_id, facts.md5)
    made = None
    if upload_id is None:
        made = await statements.uploads.insert_by_user_md5(facts, _MADE)
        if made is None:
            raise ConcurrentChangeError
        upload_id = made.upload.upload_id
    binding = await lock_for_binding(statements, facts.user_id, upload_id, video_id)
    return _Locked(binding.mine, made is not None, video_id, binding)


async def _bind_made(statements: Statements, locked: _Locked) -> TimedUpload:
    if locked.binding is None or locked.video_id is None:
        return locked.timed
    await take_video(statements, locked.binding, locked.video_id)
    entry = HistoryEntry("user", "bind", Decision.REPLACE, {"video_id": str(locked.video_id)})
    bound = await statements.uploads.bind_upload_to_video(
        locked.timed.upload, locked.video_id, entry
    )
    return TimedUpload(bound, locked.timed.at)


async def _obstacles(
    statements: Statements, timed: TimedUpload, look: _Look | None
) -> _Blocked | None:
    """Name what must be gone before a failed upload may start anew; None when nothing is.

    An object that was seen gets its tombstone here, under the upload's lock:
    from then on no finalize of it can complete the upload. Tombstones are read
    by a statement of their own, so that those of others are seen too.
    """
    ref = timed.upload.ref
    if look is None:
        return _Blocked(ref, timed.at)
    if look.stored is not None:
        tombstone = Tombstone(ref, look.stored.generation, "init", look.at)
        await statements.deletions.bury(tombstone)
    unfinished = await statements.deletions.unfinished(ref)
    return _Blocked(ref, timed.at, unfinished) if unfinished else None


async def _write(
    statements: Statements, locked: _Locked, facts: InitFacts, effect: Effect
) -> TimedUpload:
    upload = locked.timed.upload
    entry = HistoryEntry("user", "init", upload.on(UploadEvent.INIT).decision)
    match effect:
        case Effect.RENEWED:
            return await statements.uploads.renew(upload, facts, locked.video_id, entry)
        case Effect.RESTARTED:
            after = upload.error_code.value if upload.error_code else None
            entry = replace(entry, detail={"attempt": upload.attempt + 1, "after": after})
            return await statements.uploads.restart(upload, facts, locked.video_id, entry)
        case _:
            await statements.uploads.note(upload.upload_id, entry)
            return locked.timed
