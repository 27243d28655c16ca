"""The upload, its states, and the one table of what each event does to each state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from catalog.domain.values import Generation, Md5, ObjectRef, UploadId, UserId, VideoId


class UploadStatus(StrEnum):
    """What clients see. `completed` is final; `failed` ends with the next Init."""

    PENDING = "pending"
    UPLOADING = "uploading"
    COMPLETED = "completed"
    FAILED = "failed"


class FailureCode(StrEnum):
    """Why an upload failed, as the contract spells it."""

    MD5_MISMATCH = "MD5_MISMATCH"
    MD5_UNAVAILABLE = "MD5_UNAVAILABLE"
    SIZE_LIMIT_EXCEEDED = "SIZE_LIMIT_EXCEEDED"
    SESSION_EXPIRED = "SESSION_EXPIRED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"
    """A code that a newer release has added: the previous one runs on beside it."""

    @classmethod
    def _missing_(cls, _value: object) -> "FailureCode":
        return cls.UNKNOWN

    @property
    def explanation(self) -> str:
        """One sentence for people."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    FailureCode.MD5_MISMATCH: "The stored bytes are not the declared ones; upload the file again.",
    FailureCode.MD5_UNAVAILABLE: "The stored object has no MD5 to compare; upload the file again.",
    FailureCode.SIZE_LIMIT_EXCEEDED: "The stored object is larger than allowed.",
    FailureCode.SESSION_EXPIRED: "Nothing arrived in time; upload the file again.",
    FailureCode.CANCELLED: "The upload was cancelled by its owner.",
    FailureCode.UNKNOWN: "The upload failed.",
}


class Phase(StrEnum):
    """States as the rules see them: pending and uploading are one, cancelled is its own."""

    WAITING = "waiting"
    FAILED = "failed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class Decision(StrEnum):
    """What is written into the history."""

    INSERT = "insert"
    DUPLICATE = "duplicate"
    REPLACE = "replace"
    REJECT = "reject"
    NOOP = "noop"
    COMPLETE = "complete"
    FAIL = "fail"
    EXPIRE = "expire"
    CANCEL = "cancel"


class UploadEvent(StrEnum):
    """What can happen to an upload. Finalize events are judged from top to bottom."""

    INIT = "init"
    PROGRESS = "progress"
    FINALIZE_TOMBSTONED = "finalize_tombstoned"
    FINALIZE_REPEATED = "finalize_repeated"
    FINALIZE_NO_MD5 = "finalize_no_md5"
    FINALIZE_WRONG_MD5 = "finalize_wrong_md5"
    FINALIZE_TOO_LARGE = "finalize_too_large"
    FINALIZE_RIGHT = "finalize_right"
    CANCEL = "cancel"
    DEADLINE_PASSED = "deadline_passed"


class Effect(StrEnum):
    """What an event does. Names are the inbox outcomes where the event is a finalize."""

    RENEWED = "renewed"
    RESTARTED = "restarted"
    ALREADY_COMPLETED = "already_completed"
    REPORTED = "reported"
    COUNTED = "counted"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    """The object gets a tombstone and a deletion; the upload stays as it is."""
    TOMBSTONED = "tombstoned"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    """Another generation than the one that completed: left alone, counted, alarmed."""
    CANCELLED = "cancelled"
    RECODED = "recoded"
    """A failed upload's code becomes CANCELLED."""
    EXPIRED = "expired"
    REFUSED = "refused"
    """FAILED_PRECONDITION to the caller."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One cell of the table."""

    effect: Effect
    to: UploadStatus | None = None
    """The new status; None keeps the old one."""
    code: FailureCode | None = None
    decision: Decision = Decision.NOOP


_RENEW = Transition(Effect.RENEWED, decision=Decision.DUPLICATE)
_RESTART = Transition(Effect.RESTARTED, UploadStatus.PENDING, decision=Decision.REPLACE)
_REJECT = Transition(Effect.REJECTED, decision=Decision.REJECT)
_TOMBSTONED = Transition(Effect.TOMBSTONED)
_DUPLICATE = Transition(Effect.DUPLICATE, decision=Decision.DUPLICATE)
_IGNORE = Transition(Effect.IGNORED)
_COUNT = Transition(Effect.COUNTED)
_REFUSE = Transition(Effect.REFUSED, decision=Decision.REJECT)
_COMPLETE = Transition(Effect.COMPLETED, UploadStatus.COMPLETED, decision=Decision.COMPLETE)
_RECODE = Transition(Effect.RECODED, UploadStatus.FAILED, FailureCode.CANCELLED, Decision.CANCEL)


def _fail(code: FailureCode) -> Transition:
    return Transition(Effect.FAILED, UploadStatus.FAILED, code, Decision.FAIL)


def _row(
    waiting: Transition, failed: Transition, cancelled: Transition, completed: Transition
) -> Mapping[Phase, Transition]:
    return MappingProxyType(
        {
            Phase.WAITING: waiting,
            Phase.FAILED: failed,
            Phase.CANCELLED: cancelled,
            Phase.COMPLETED: completed,
        }
    )


_CANCEL = Transition(Effect.CANCELLED, UploadStatus.FAILED, FailureCode.CANCELLED, Decision.CANCEL)
_EXPIRE = Transition(
    Effect.EXPIRED, UploadStatus.FAILED, FailureCode.SESSION_EXPIRED, Decision.EXPIRE
)
_DONE = Transition(Effect.ALREADY_COMPLETED, decision=Decision.DUPLICATE)
_REPORT = Transition(Effect.REPORTED, UploadStatus.UPLOADING)

TRANSITIONS: Mapping[UploadEvent, Mapping[Phase, Transition]] = MappingProxyType(
    {
        UploadEvent.INIT: _row(_RENEW, _RESTART, _RESTART, _DONE),
        UploadEvent.PROGRESS: _row(_REPORT, _COUNT, _COUNT, _COUNT),
        UploadEvent.FINALIZE_TOMBSTONED: _row(*[_TOMBSTONED] * 4),
        UploadEvent.FINALIZE_REPEATED: _row(*[_DUPLICATE] * 4),
        UploadEvent.FINALIZE_NO_MD5: _row(
            _fail(FailureCode.MD5_UNAVAILABLE), _REJECT, _REJECT, _IGNORE
        ),
        UploadEvent.FINALIZE_WRONG_MD5: _row(
            _fail(FailureCode.MD5_MISMATCH), _REJECT, _REJECT, _IGNORE
        ),
        UploadEvent.FINALIZE_TOO_LARGE: _row(
            _fail(FailureCode.SIZE_LIMIT_EXCEEDED), _REJECT, _REJECT, _IGNORE
        ),
        UploadEvent.FINALIZE_RIGHT: _row(_COMPLETE, _COMPLETE, _REJECT, _IGNORE),
        UploadEvent.CANCEL: _row(_CANCEL, _RECODE, _COUNT, _REFUSE),
        UploadEvent.DEADLINE_PASSED: _row(_EXPIRE, _COUNT, _COUNT, _COUNT),
    }
)
"""What every event does in every phase. Code, documents and property tests read this table."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One (user, content MD5) and everything known of it."""

    upload_id: UploadId
    user_id: UserId
    video_id: VideoId | None
    ref: ObjectRef
    md5: Md5
    filename: str
    content_type: str
    declared_size: int
    duration_seconds: int
    status: UploadStatus
    attempt: int
    version: int
    session_expires_at: datetime
    created_at: datetime
    updated_at: datetime
    bytes_reported: int = 0
    error_code: FailureCode | None = None
    error_message: str | None = None
    size_bytes: int = 0
    generation: Generation | None = None
    etag: str | None = None
    md5_hash: Md5 | None = None
    crc32c: str | None = None
    completed_at: datetime | None = None
    traceparent: str | None = field(default=None, compare=False)

    @property
    def phase(self) -> Phase:
        """The column of the table that applies now."""
        if self.status is UploadStatus.COMPLETED:
            return Phase.COMPLETED
        if self.status is UploadStatus.FAILED:
            cancelled = self.error_code is FailureCode.CANCELLED
            return Phase.CANCELLED if cancelled else Phase.FAILED
        return Phase.WAITING

    def on(self, event: UploadEvent) -> Transition:
        """Look up what `event` does to this upload."""
        return TRANSITIONS[event][self.phase]
