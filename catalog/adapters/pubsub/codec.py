"""Domain events as `video.v1` protobuf: what the outbox keeps and consumers read."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from catalog.adapters.pubsub.snapshots import tell_object, tell_upload, tell_video
from catalog.api.video.v1 import events_pb2 as pb
from catalog.application.event_headers import event_headers
from catalog.application.records import OutboxRecord
from catalog.domain.events import (
    Event,
    UploadCancelled,
    UploadCompleted,
    UploadExpired,
    UploadFailed,
    VideoCreated,
)
from catalog.domain.upload import FailureCode

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_EventMessage = (
    pb.UploadCompleted | pb.UploadFailed | pb.UploadCancelled | pb.UploadExpired | pb.VideoCreated
)


class ProtobufEvents:
    """Encodes deterministically: equal events give equal bytes."""

    def encode(self, event: Event) -> OutboxRecord:
        """Encode for ever: consumers read old payloads too."""
        message, headers = _message(event), event_headers(event)
        _tell_meta(message.meta, event, headers)
        return OutboxRecord(
            event_id=event.event_id,
            aggregate_type=event.aggregate_type,
            aggregate_id=event.aggregate_id,
            event_type=event.event_type,
            payload=message.SerializeToString(deterministic=True),
            headers=headers,
            occurred_at=event.occurred_at,
        )


def _message(event: Event) -> _EventMessage:
    match event:
        case UploadCompleted():
            completed = pb.UploadCompleted(video_created=event.video_created)
            tell_upload(completed.upload, event.upload)
            tell_object(completed.object, event.stored)
            tell_video(completed.video, event.video)
            return completed
        case UploadFailed():
            failed = pb.UploadFailed(error_code=event.code.value)
            tell_upload(failed.upload, event.upload)
            tell_object(failed.object, event.stored)
            return failed
        case UploadCancelled():
            cancelled = pb.UploadCancelled(error_code=FailureCode.CANCELLED.value)
            tell_upload(cancelled.upload, event.upload)
            return cancelled
        case UploadExpired():
            expired = pb.UploadExpired(error_code=FailureCode.SESSION_EXPIRED.value)
            tell_upload(expired.upload, event.upload)
            return expired
        case VideoCreated():
            created = pb.VideoCreated()
            tell_video(created.video, event.video)
            return created


def _tell_meta(told: pb.EventMeta, event: Event, headers: Mapping[str, str]) -> None:
    """Say what the attributes say, in the same words."""
    told.event_id = headers["event_id"]
    told.event_type = headers["event_type"]
    told.aggregate_type = headers["aggregate_type"]
    told.aggregate_id = headers["aggregate_id"]
    told.version = event.version
    told.occurred_at_unixms = (event.occurred_at - _EPOCH) // _MILLISECOND
    told.traceparent = event.traceparent or ""
