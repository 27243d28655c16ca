"""The rows that an upload of some age has left in each table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.grown.model import INBOX_KEPT, Fate, Grown
from bench.items import BUCKET, CONTENT_TYPE, SIZE_BYTES

_SESSION = timedelta(days=7, minutes=15)
_TOOK = timedelta(seconds=40)
_WAITING_SPREAD = timedelta(days=7)
_EVENT = b"\x0a\x24" + b"x" * 300
_HEADERS = (
    '{"event_id": "00000000-0000-4000-8000-000000000000", "version": "2",'
    ' "event_type": "video.upload.completed", "aggregate_type": "upload"}'
)
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A table, and what one upload leaves in it."""

    table: str
    columns: Sequence[str]
    rows: Callable[[Grown, datetime], Iterator[Row]]


def _videos(item: Grown, now: datetime) -> Iterator[Row]:
    if item.fate is not Fate.COMPLETED:
        return
    at = item.created_at(now) + _TOOK
    status = "published" if item.number % 10 else "processing"
    file = f"gs://{BUCKET}/{item.object_name}"
    yield (
        *(item.video_id, item.user, "holiday", status, file),
        *(item.generation, SIZE_BYTES, 2, at, at),
    )


def _uploads(item: Grown, now: datetime) -> Iterator[Row]:
    at = item.created_at(now)
    deadline, ended = at + _SESSION, at + _TOOK
    state: Row = (None, 0, "failed", None, None, None, *_failure(item), ended, 2, None)
    if item.fate is Fate.COMPLETED:
        generation = str(item.generation)
        stored = (item.video_id, SIZE_BYTES, "completed", generation, "CJ+x", item.md5_hex)
        state = (*stored, None, None, ended, 2, ended)
    elif item.fate is Fate.WAITING:
        deadline = now + _WAITING_SPREAD * (item.number * 31 % 997 / 997)
        status = "uploading" if item.number % 2 else "pending"
        state = (None, 0, status, None, None, None, None, None, at, 1, None)
    yield (
        *(item.upload_id, item.user, BUCKET, item.object_name, f"{item.tag}.mp4"),
        *(CONTENT_TYPE, SIZE_BYTES, item.md5_hex, at, deadline, 12),
        f"00-{item.md5_hex}-{item.md5_hex[:16]}-01",
        *state,
    )


def _failure(item: Grown) -> tuple[str, str]:
    if item.cancelled:
        return "CANCELLED", "cancelled by its owner"
    return "SESSION_EXPIRED", "the session ended without the file"


def _upload_events(item: Grown, now: datetime) -> Iterator[Row]:
    at = item.created_at(now)
    yield item.upload_id, at, "user", "init", "insert", "{}"
    if item.number % 5 == 0:
        yield item.upload_id, at + _TOOK / 2, "user", "init", "duplicate", "{}"
    if item.fate is Fate.COMPLETED:
        told = '{"made": true, "outcome": "completed", "generation": "1700000000000000"}'
        yield item.upload_id, at + _TOOK, "push", "finalize", "complete", told
    elif item.fate is Fate.FAILED:
        actor, request = ("user", "cancel") if item.cancelled else ("reaper", "expire")
        yield item.upload_id, at + _TOOK, actor, request, request, "{}"


def _inbox_events(item: Grown, now: datetime) -> Iterator[Row]:
    if item.arrived:
        at = item.created_at(now) + _TOOK
        message = str(item.number)
        yield "gcs", item.dedup_key, message, item.push_body(), "push", at, at, "completed"


def _outbox_events(item: Grown, now: datetime) -> Iterator[Row]:
    if item.age >= INBOX_KEPT or item.fate is Fate.WAITING:
        return
    at = item.created_at(now) + _TOOK
    kind = "completed" if item.fate is Fate.COMPLETED else "expired"
    upload = ("upload", item.upload_id, f"video.upload.{kind}")
    yield (*upload, _EVENT, _HEADERS, at, at, at)
    if item.fate is Fate.COMPLETED:
        yield ("video", item.video_id, "video.created", _EVENT, _HEADERS, at, at, at)


def _object_deletions(item: Grown, now: datetime) -> Iterator[Row]:
    """One in a hundred was sent twice: the later generation went, a few are still to go."""
    if item.number % 100 or item.fate is not Fate.COMPLETED:
        return
    at = item.created_at(now) + _TOOK * 2
    gone = None if item.number % 10_000 == 0 else at + _TOOK
    later = item.generation + 1
    yield BUCKET, item.object_name, later, "DUPLICATE", at, now + _SESSION, gone


def _sweep_findings(item: Grown, now: datetime) -> Iterator[Row]:
    if item.number % 5_000 == 0 and item.fate is Fate.COMPLETED:
        name, key = item.object_name, item.upload_id
        yield "other_generation", BUCKET, name, item.generation + 2, key, SIZE_BYTES, now


_UPLOAD_COLUMNS = (
    *("upload_id", "user_id", "bucket", "object_name", "original_filename"),
    *("content_type", "expected_size", "content_md5", "created_at", "session_expires_at"),
    *("duration_seconds", "traceparent", "video_id", "size_bytes", "status", "gcs_generation"),
    *("gcs_etag", "md5_hash", "error_code", "error_message", "updated_at", "version"),
    "completed_at",
)
_VIDEO_COLUMNS = (
    *("video_id", "user_id", "title", "status", "raw_file_reference"),
    *("raw_generation", "size_bytes", "version", "created_at", "updated_at"),
)
FILLED: Sequence[Filled] = (
    Filled("videos", _VIDEO_COLUMNS, _videos),
    Filled("uploads", _UPLOAD_COLUMNS, _uploads),
    Filled(
        "upload_events",
        ("upload_id", "at", "actor", "request", "decision", "detail"),
        _upload_events,
    ),
    Filled(
        "inbox_events",
        (
            *("source", "dedup_key", "first_msg_id", "payload", "actor"),
            *("received_at", "processed_at", "outcome"),
        ),
        _inbox_events,
    ),
    Filled(
        "outbox_events",
        (
            *("aggregate_type", "aggregate_id", "event_type", "payload"),
            *("headers", "occurred_at", "available_at", "published_at"),
        ),
        _outbox_events,
    ),
    Filled(
        "object_deletions",
        (
            *("bucket", "object_name", "generation", "reason"),
            *("created_at", "not_before", "deleted_at"),
        ),
        _object_deletions,
    ),
    Filled(
        "sweep_findings",
        (
            *("kind", "bucket", "object_name", "generation"),
            *("upload_id", "size_bytes", "first_seen_at"),
        ),
        _sweep_findings,
    ),
)
"""In the order in which they refer to each other."""
