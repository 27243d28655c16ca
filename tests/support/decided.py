"""What the core hands to the apply statements, decided as it would decide."""

import uuid
from datetime import datetime
from uuid import UUID

from catalog.application.records import Completion, HistoryEntry, OutboxRecord, Rejection
from catalog.domain.events import AggregateType
from catalog.domain.outcomes import completed, made_from, moved_to_processing
from catalog.domain.upload import Decision, FailureCode, Upload, UploadEvent
from catalog.domain.values import StoredObject, VideoId
from catalog.domain.video import Video
from tests.support.builders import NOW


def an_event_record(
    aggregate_id: UUID,
    event_type: str = "video.upload.completed",
    aggregate_type: AggregateType = "upload",
    at: datetime = NOW,
) -> OutboxRecord:
    """An event ready for the outbox; its bytes are no message of anybody's."""
    return OutboxRecord(
        event_id=uuid.uuid4(),
        aggregate_type=aggregate_type,
        aggregate_id=aggregate_id,
        event_type=event_type,
        payload=b"\x00\xff not text",
        headers={"event_type": event_type, "version": "2"},
        occurred_at=at,
    )


def a_finalize_entry(decision: Decision, outcome: str) -> HistoryEntry:
    """The line that a finalize leaves in the history."""
    return HistoryEntry("push", "finalize", decision, {"outcome": outcome, "size_bytes": 1000})


def a_completion(
    before: Upload, stored: StoredObject, at: datetime, bound: Video | None = None
) -> Completion:
    """Complete `before` with `stored`; the video is `bound` moved on, or a new one."""
    video = (
        moved_to_processing(bound, stored)
        if bound
        else made_from(before, stored, VideoId(uuid.uuid4()), at)
    )
    events = [an_event_record(before.upload_id)]
    if bound is None:
        events.append(an_event_record(video.video_id, "video.created", "video"))
    return Completion(
        before=before,
        after=completed(before, before.on(UploadEvent.FINALIZE_RIGHT), stored, video.video_id, at),
        stored=stored,
        video=video,
        video_created=bound is None,
        history=a_finalize_entry(Decision.COMPLETE, "completed"),
        outbox=tuple(events),
    )


def a_failure(before: Upload, stored: StoredObject) -> Rejection:
    """Fail a waiting `before` because of `stored`."""
    return Rejection(
        before=before,
        stored=stored,
        code=FailureCode.MD5_MISMATCH,
        history=a_finalize_entry(Decision.FAIL, "failed"),
        outbox=(an_event_record(before.upload_id, "video.upload.failed"),),
    )


def a_refusal(before: Upload, stored: StoredObject) -> Rejection:
    """Bury `stored`, which came too late for a failed `before`."""
    return Rejection(
        before=before,
        stored=stored,
        code=FailureCode.MD5_MISMATCH,
        history=a_finalize_entry(Decision.REJECT, "rejected"),
        outbox=(),
    )
