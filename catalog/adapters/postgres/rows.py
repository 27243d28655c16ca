"""The only place where a row becomes a domain object."""

from collections.abc import Mapping, Sequence

import orjson
from asyncpg import Record

from catalog.application.records import Applied, HistoryEntry, OutboxRecord, TimedUpload
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import Generation, Md5, ObjectRef, UploadId, UserId, VideoId
from catalog.domain.video import Video, VideoStatus

_STATUSES = {each.value: each for each in UploadStatus}
"""Found in a tenth of the time that the enumeration takes to look."""

_EVENT_COLUMNS = (
    *("event_id", "aggregate_type", "aggregate_id", "event_type", "payload", "headers"),
    "occurred_at",
)
_EVENT_PLACES = tuple(tuple(f"{name}_{place}" for name in _EVENT_COLUMNS) for place in (1, 2))
"""Parameters of fragment `events_of_changed`."""
_NO_EVENTS: Mapping[str, object] = dict.fromkeys(name for names in _EVENT_PLACES for name in names)


def upload_from(row: Record) -> Upload:
    """Build the upload from a row of fragment `upload_columns`."""
    code, md5_hash, generation = row["error_code"], row["md5_hash"], row["gcs_generation"]
    return Upload(
        upload_id=UploadId(row["upload_id"]),
        user_id=UserId(row["user_id"]),
        video_id=row["video_id"],
        ref=ObjectRef(row["bucket"], row["object_name"]),
        md5=Md5(row["content_md5"]),
        filename=row["original_filename"],
        content_type=row["content_type"],
        declared_size=row["expected_size"],
        duration_seconds=row["duration_seconds"],
        status=_STATUSES[row["status"]],
        attempt=row["attempt"],
        version=row["version"],
        session_expires_at=row["session_expires_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        bytes_reported=row["bytes_reported"],
        error_code=FailureCode(code) if code else None,
        error_message=row["error_message"],
        size_bytes=row["size_bytes"],
        generation=Generation(int(generation)) if generation else None,
        etag=row["gcs_etag"],
        md5_hash=Md5(md5_hash) if md5_hash else None,
        crc32c=row["crc32c"],
        completed_at=row["completed_at"],
        traceparent=row["traceparent"],
    )


def timed_upload_from(row: Record) -> TimedUpload:
    """Build the upload and the statement's time from its column `at`."""
    return TimedUpload(upload_from(row), row["at"])


def video_from(row: Record) -> Video:
    """Build the video from a row of fragment `video_columns` and `upload_id`."""
    return Video(
        video_id=VideoId(row["video_id"]),
        user_id=UserId(row["user_id"]),
        title=row["title"],
        description=row["description"],
        status=VideoStatus(row["status"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        raw_file_reference=row["raw_file_reference"],
        size_bytes=row["size_bytes"],
        upload_id=row["upload_id"],
    )


def claimed_video_from(row: Record) -> Video | None:
    """Build the bound video from the `v_` columns of the claim; None where there is none."""
    if row["v_status"] is None:
        return None
    return Video(
        video_id=VideoId(row["video_id"]),
        user_id=UserId(row["v_user_id"]),
        title=row["v_title"],
        description=row["v_description"],
        status=VideoStatus(row["v_status"]),
        version=row["v_version"],
        created_at=row["v_created_at"],
        updated_at=row["v_updated_at"],
        raw_file_reference=row["v_raw_file_reference"],
        size_bytes=row["v_size_bytes"],
    )


def applied_from(row: Record) -> Applied:
    """Build the counts that every apply statement returns."""
    return Applied(**row)


def history_values(history: HistoryEntry) -> dict[str, object]:
    """Spell a history entry as query parameters."""
    return {
        "actor": history.actor,
        "request": history.request,
        "decision": history.decision.value,
        "detail": orjson.dumps(history.detail).decode(),
    }


def outbox_values(records: Sequence[OutboxRecord]) -> dict[str, object]:
    """Spell events as the parameters of fragment `events_of_changed`; ValueError for a third."""
    if len(records) > len(_EVENT_PLACES):
        raise ValueError("a change announces two events at most")
    values = dict(_NO_EVENTS)
    for names, record in zip(_EVENT_PLACES, records, strict=False):
        values.update(zip(names, _event_values(record), strict=True))
    return values


def _event_values(record: OutboxRecord) -> tuple[object, ...]:
    return (
        record.event_id,
        record.aggregate_type,
        record.aggregate_id,
        record.event_type,
        record.payload,
        orjson.dumps(dict(record.headers)).decode(),
        record.occurred_at,
    )
