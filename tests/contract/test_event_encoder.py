"""Events become what the outbox keeps."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.ports import EventEncoder
from catalog.domain.events import (
    Event,
    UploadCancelled,
    UploadCompleted,
    UploadExpired,
    UploadFailed,
    VideoCreated,
)
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject
from tests.support.builders import NOW, a_stored_object, a_video, an_upload

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(params=[JsonEvents, ProtobufEvents], ids=["memory", "protobuf"])
def encoder(request: pytest.FixtureRequest) -> EventEncoder:
    encoder: EventEncoder = request.param()
    return encoder


def the_upload(status: UploadStatus) -> tuple[Upload, StoredObject]:
    upload = an_upload(status=status, version=3)
    return upload, a_stored_object(upload)


def completed() -> Event:
    upload, stored = the_upload(UploadStatus.COMPLETED)
    return UploadCompleted(uuid.uuid4(), NOW, TRACE, upload, stored, a_video(), video_created=True)


def failed() -> Event:
    upload, stored = the_upload(UploadStatus.FAILED)
    return UploadFailed(uuid.uuid4(), NOW, TRACE, upload, stored, FailureCode.MD5_MISMATCH)


def cancelled() -> Event:
    return UploadCancelled(uuid.uuid4(), NOW, TRACE, the_upload(UploadStatus.FAILED)[0])


def expired() -> Event:
    return UploadExpired(uuid.uuid4(), NOW, TRACE, the_upload(UploadStatus.FAILED)[0])


def created() -> Event:
    return VideoCreated(uuid.uuid4(), NOW, TRACE, a_video(version=3))


every = pytest.mark.parametrize("make", [completed, failed, cancelled, expired, created])


@every
def test_a_record_belongs_to_the_events_aggregate(
    encoder: EventEncoder, make: Callable[[], Event]
) -> None:
    event = make()
    record = encoder.encode(event)
    assert (record.event_id, record.event_type) == (event.event_id, event.event_type)
    assert (record.aggregate_type, record.aggregate_id) == (
        event.aggregate_type,
        event.aggregate_id,
    )
    assert record.occurred_at == event.occurred_at
    assert record.payload


@every
def test_the_headers_are_enough_to_route_and_to_drop_repeats(
    encoder: EventEncoder, make: Callable[[], Event]
) -> None:
    event = make()
    assert encoder.encode(event).headers == {
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": str(event.aggregate_id),
        "version": "3",
        "traceparent": TRACE,
    }


@every
def test_without_a_trace_there_is_no_such_header(
    encoder: EventEncoder, make: Callable[[], Event]
) -> None:
    assert "traceparent" not in encoder.encode(replace(make(), traceparent=None)).headers


@every
def test_equal_events_give_equal_bytes_and_others_do_not(
    encoder: EventEncoder, make: Callable[[], Event]
) -> None:
    event = make()
    assert encoder.encode(event) == encoder.encode(replace(event))
    other = replace(event, event_id=uuid.uuid4())
    assert encoder.encode(other).payload != encoder.encode(event).payload
