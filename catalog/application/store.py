"""The database as the use cases see it: repositories whose methods are one statement each.

All methods raise `DatabaseUnavailableError` when the database does not answer in
time. Inside `transaction()` they raise `ConcurrentChangeError` when it lost a race
that it may run again; under `autocommit()` that is a `ContentionError`.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from catalog.application.outbox_ports import Outbox
from catalog.application.records import (
    Applied,
    Arrival,
    Cancellation,
    Claim,
    Completion,
    HistoryEntry,
    InitFacts,
    NewVideo,
    OutboxRecord,
    PagePosition,
    Quarantined,
    Rejection,
    TimedUpload,
    Tombstone,
)
from catalog.domain.policies import ProgressReport
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import (
    Generation,
    Md5,
    ObjectRef,
    StoredObject,
    UploadId,
    UserId,
    VideoId,
)
from catalog.domain.video import Video


class ConcurrentChangeError(Exception):
    """Something changed between looking and writing: roll back and decide again."""


class Uploads(Protocol):
    """The uploads, one named statement a method."""

    async def insert_by_user_md5(
        self, facts: InitFacts, history: HistoryEntry
    ) -> TimedUpload | None:
        """Make the upload and its first history entry; None when it is there already."""
        ...

    async def lock_by_user_md5(self, user: UserId, md5: Md5) -> TimedUpload | None:
        """Load and lock the user's upload of this content until the transaction ends."""
        ...

    async def lock_by_object(self, ref: ObjectRef) -> Upload | None:
        """Load and lock the upload that owns an object name."""
        ...

    async def find_by_user_md5(self, user: UserId, md5: Md5) -> UploadId | None:
        """Name the user's upload of this content without locking it."""
        ...

    async def lock_for_binding(
        self, user: UserId, upload_id: UploadId, video_id: VideoId
    ) -> Sequence[TimedUpload]:
        """Lock the user's upload and all that hold the video, in id order: none deadlock."""
        ...

    async def holders_of_video(self, user: UserId, video_id: VideoId) -> Sequence[UploadId]:
        """Name the user's uploads that hold the video now, in a snapshot of its own."""
        ...

    async def get(self, user: UserId, upload_id: UploadId) -> Upload | None:
        """Load one of the user's uploads; None when absent or somebody else's."""
        ...

    async def object_is_known(self, ref: ObjectRef) -> bool:
        """True when an upload owns the object name, in a snapshot of its own."""
        ...

    async def renew(
        self, before: Upload, facts: InitFacts, video_id: VideoId | None, history: HistoryEntry
    ) -> TimedUpload:
        """Write a waiting upload's newest Init; its deadline only moves later."""
        ...

    async def restart(
        self, before: Upload, facts: InitFacts, video_id: VideoId | None, history: HistoryEntry
    ) -> TimedUpload:
        """Bring a failed upload back to pending: next attempt, old error and progress gone."""
        ...

    async def bind_upload_to_video(
        self, before: Upload, video_id: VideoId, history: HistoryEntry
    ) -> Upload:
        """Set the video of a waiting upload."""
        ...

    async def release_video(self, holders: Sequence[UploadId], history: HistoryEntry) -> int:
        """Take the video from failed uploads; return from how many."""
        ...

    async def lock(self, user: UserId, upload_id: UploadId) -> TimedUpload | None:
        """Load and lock one of the user's uploads; None when absent or somebody else's."""
        ...

    async def mark_cancelled(self, cancellation: Cancellation) -> Upload:
        """Fail a waiting or failed upload with CANCELLED, with history and event."""
        ...

    async def report_progress(
        self, user: UserId, upload_id: UploadId, report: ProgressReport
    ) -> Upload | None:
        """Take a report: counts always, bytes and `uploading` while waiting; bytes never shrink."""
        ...

    async def page(
        self,
        user: UserId,
        status: UploadStatus | None,
        behind: PagePosition | None,
        limit: int,
    ) -> Sequence[Upload]:
        """List the user's uploads behind a position, newest first, ties by id."""
        ...

    async def note(self, upload_id: UploadId, history: HistoryEntry) -> None:
        """Add a history entry for a call that changed nothing else."""
        ...


class Videos(Protocol):
    """The videos, one named statement a method."""

    async def create(self, video: NewVideo, at: datetime, event: OutboxRecord) -> Video | None:
        """Make a video that waits for its file and its event; None when the id is taken."""
        ...

    async def get(self, user: UserId, video_id: VideoId) -> Video | None:
        """Load one of the user's videos with the upload bound to it."""
        ...

    async def lock(self, user: UserId, video_id: VideoId) -> Video | None:
        """Load and lock one of the user's videos. Always after the uploads concerned."""
        ...


class Inbox(Protocol):
    """Storage events: claimed once, then carried out in the same transaction."""

    async def claim(self, arrival: Arrival) -> Claim:
        """Claim the arrival by its natural key, then lock the upload it belongs to."""
        ...

    async def mark_completed(self, completion: Completion) -> Applied:
        """Complete upload and video, write history and events, settle the inbox."""
        ...

    async def mark_failed(self, rejection: Rejection) -> Applied:
        """Fail a waiting upload, bury the object, write history and event, settle the inbox."""
        ...

    async def mark_rejected(self, rejection: Rejection) -> Applied:
        """Bury an object of an upload that has failed already; settle the inbox."""
        ...

    async def settle(self, stored: StoredObject, upload: Upload, history: HistoryEntry) -> Applied:
        """Record that the arrival changes nothing, with its outcome in `history.detail`."""
        ...

    async def mark_unknown(self, stored: StoredObject) -> None:
        """Record that nobody expects the object; the key may be claimed again later."""
        ...

    async def quarantine(self, push: Quarantined) -> bool:
        """Keep an unusable push; False when it was there already."""
        ...


class Deletions(Protocol):
    """Tombstones, and the queue of objects to delete that they are as well."""

    async def bury(self, tombstone: Tombstone) -> None:
        """Commit-to-be that this generation never completes an upload. Safe to repeat."""
        ...

    async def unfinished(self, ref: ObjectRef) -> Sequence[Generation]:
        """List the generations of an object that are to be deleted and are not yet."""
        ...

    async def release(self, ref: ObjectRef, generation: Generation) -> None:
        """Drop the tombstone of a generation that completed its upload after all."""
        ...

    async def mark_deleted(self, ref: ObjectRef, generation: Generation) -> None:
        """Record that the generation is gone from the bucket. Safe to repeat."""
        ...


class Statements(Protocol):
    """Everything one connection can do."""

    @property
    def uploads(self) -> Uploads: ...  # noqa: D102 - the types say it
    @property
    def videos(self) -> Videos: ...  # noqa: D102
    @property
    def inbox(self) -> Inbox: ...  # noqa: D102
    @property
    def deletions(self) -> Deletions: ...  # noqa: D102
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102


class Store(Protocol):
    """Where all state lives."""

    def autocommit(self) -> AbstractAsyncContextManager[Statements]:
        """Lend a connection; each statement is its own transaction."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Statements]:
        """Lend a connection inside one READ COMMITTED transaction; an exception rolls back."""
        ...
