"""What the outbox keeps of an event, to the byte."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from google.protobuf.message import Message

from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.api.video.v1 import events_pb2 as pb
from tests.unit.adapters.pubsub import events
from tests.unit.adapters.pubsub.events import AT, AT_UNIXMS, EVENTS, REF, TRACE

GOLDEN: dict[str, str] = json.loads(Path(__file__).with_name("golden_events.json").read_text())
MESSAGES: dict[str, type[Message]] = {
    "completed": pb.UploadCompleted,
    "failed": pb.UploadFailed,
    "cancelled": pb.UploadCancelled,
    "expired": pb.UploadExpired,
    "created": pb.VideoCreated,
}
UPLOAD_SNAPSHOT = {
    "upload_id": str(events.UPLOAD),
    "user_id": str(events.USER),
    "video_id": str(events.VIDEO),
    "bucket": "catalog-uploads",
    "object_name": f"videos/{events.USER}/{events.MD5.hex}",
    "content_md5_hex": events.MD5.hex,
    "content_type": "video/mp4",
    "attempt": 3,
}
OBJECT_SNAPSHOT = {
    "generation": "1795253415987654",
    "size_bytes": 4_294_967_296,
    "md5_hash_hex": events.MD5.hex,
    "crc32c": "AAAAAA==",
    "content_type": "video/quicktime",
    "etag": "CMDAwMDAwMAC",
}
VIDEO_SNAPSHOT = {
    "video_id": str(events.VIDEO),
    "user_id": str(events.USER),
    "title": "Ferien: 休暇",
    "description": "By the sea",
    "status": "processing",
    "raw_file_reference": REF.uri,
    "version": 2,
}
EXPECTED: dict[str, dict[str, object]] = {
    "completed": {
        "upload": UPLOAD_SNAPSHOT,
        "object": OBJECT_SNAPSHOT,
        "video": VIDEO_SNAPSHOT,
        "video_created": True,
    },
    "failed": {
        "upload": UPLOAD_SNAPSHOT | {"video_id": ""},
        "error_code": "MD5_UNAVAILABLE",
        "object": OBJECT_SNAPSHOT | {"md5_hash_hex": ""},
    },
    "cancelled": {"upload": UPLOAD_SNAPSHOT, "error_code": "CANCELLED"},
    "expired": {"upload": UPLOAD_SNAPSHOT, "error_code": "SESSION_EXPIRED"},
    "created": {"video": VIDEO_SNAPSHOT | {"status": "pending_upload", "raw_file_reference": ""}},
}
kinds = pytest.mark.parametrize("kind", EVENTS)


def fields(message: Message) -> dict[str, object]:
    """Every field by its name in the contract, unset ones included."""
    found: dict[str, object] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        found[field.name] = fields(value) if isinstance(value, Message) else value
    return found


@kinds
def test_a_payload_reads_back_as_the_whole_event(kind: str) -> None:
    event = EVENTS[kind]
    read = fields(MESSAGES[kind].FromString(ProtobufEvents().encode(event).payload))
    meta = {
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": str(event.aggregate_id),
        "version": event.version,
        "occurred_at_unixms": AT_UNIXMS,
        "traceparent": event.traceparent or "",
    }
    assert read == {"meta": meta} | EXPECTED[kind]


@kinds
def test_a_payload_is_the_bytes_it_has_always_been(kind: str) -> None:
    assert ProtobufEvents().encode(EVENTS[kind]).payload.hex() == GOLDEN[kind]


@kinds
def test_headers_tell_what_a_relay_and_a_consumer_need_without_decoding(kind: str) -> None:
    event = EVENTS[kind]
    record = ProtobufEvents().encode(event)
    expected = {
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": str(event.aggregate_id),
        "version": str(event.version),
    }
    if event.traceparent:
        expected["traceparent"] = TRACE
    assert dict(record.headers) == expected


@kinds
def test_the_record_is_addressed_as_the_event_is(kind: str) -> None:
    event = EVENTS[kind]
    record = ProtobufEvents().encode(event)
    assert (record.event_id, record.event_type) == (event.event_id, event.event_type)
    assert (record.aggregate_type, record.aggregate_id) == (
        ("video", events.VIDEO) if kind == "created" else ("upload", events.UPLOAD)
    )
    assert record.occurred_at == AT


def test_event_types_are_those_of_the_contract() -> None:
    assert {kind: event.event_type for kind, event in EVENTS.items()} == {
        "completed": "video.upload.completed",
        "failed": "video.upload.failed",
        "cancelled": "video.upload.cancelled",
        "expired": "video.upload.expired",
        "created": "video.created",
    }


@pytest.mark.parametrize(
    ("at", "unixms"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(2026, 11, 21, 9, 30, 15, 999999, tzinfo=UTC), AT_UNIXMS + 12),
        (datetime(2026, 11, 21, 15, 15, 15, 987000, timezone(timedelta(minutes=345))), AT_UNIXMS),
    ],
)
def test_times_are_whole_milliseconds_rounded_down_in_any_zone(at: datetime, unixms: int) -> None:
    event = replace(EVENTS["created"], occurred_at=at, event_id=UUID(int=1))
    read = pb.VideoCreated.FromString(ProtobufEvents().encode(event).payload)
    assert read.meta.occurred_at_unixms == unixms
