"""Domain events as `video.v1` protobuf: what the outbox keeps and consumers read."""

from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from catalog.adapters.pubsub import snapshots
from catalog.api.video.v1 import events_pb2 as pb
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


class ProtobufEvents:
    """Encodes deterministically: equal events give equal bytes."""

    def encode(self, event: Event) -> OutboxRecord:
        """Encode for ever: consumers read old payloads too."""
        meta = _meta(event)
        return OutboxRecord(
            event_id=event.event_id,
            aggregate_type=event.aggregate_type,
            aggregate_id=event.aggregate_id,
            event_type=event.event_type,
            payload=_message(event, meta).SerializeToString(deterministic=True),
            headers=_headers(meta),
            occurred_at=event.occurred_at,
        )


def _headers(meta: pb.EventMeta) -> dict[str, str]:
    """Message attributes: enough to route, drop repeats and follow a trace without decoding."""
    headers = {
        "event_id": meta.event_id,
        "event_type": meta.event_type,
        "aggregate_type": meta.aggregate_type,
        "aggregate_id": meta.aggregate_id,
        "version": str(meta.version),
    }
    if meta.traceparent:
        headers["traceparent"] = meta.traceparent
    return headers


def _message(event: Event, meta: pb.EventMeta) -> Message:
    match event:
        case UploadCompleted():
            return pb.UploadCompleted(
                meta=meta,
                upload=snapshots.upload(event.upload),
                object=snapshots.stored_object(event.stored),
                video=snapshots.video(event.video),
                video_created=event.video_created,
            )
        case UploadFailed():
            return pb.UploadFailed(
                meta=meta,
                upload=snapshots.upload(event.upload),
                error_code=event.code.value,
                object=snapshots.stored_object(event.stored),
            )
        case UploadCancelled():
            return pb.UploadCancelled(
                meta=meta,
                upload=snapshots.upload(event.upload),
                error_code=FailureCode.CANCELLED.value,
            )
        case UploadExpired():
            return pb.UploadExpired(
                meta=meta,
                upload=snapshots.upload(event.upload),
                error_code=FailureCode.SESSION_EXPIRED.value,
            )
        case VideoCreated():
            return pb.VideoCreated(meta=meta, video=snapshots.video(event.video))


def _meta(event: Event) -> pb.EventMeta:
    return pb.EventMeta(
        event_id=str(event.event_id),
        event_type=event.event_type,
        aggregate_type=event.aggregate_type,
        aggregate_id=str(event.aggregate_id),
        version=event.version,
        occurred_at_unixms=(event.occurred_at - _EPOCH) // _MILLISECOND,
        traceparent=event.traceparent or "",
    )
