"""Outbox records as they would be published."""

import uuid
from datetime import UTC, datetime

from catalog.application.records import OutboxRecord


def an_outbox_record(
    aggregate_id: uuid.UUID | None = None, payload: bytes = b"\x00event", version: int = 1
) -> OutboxRecord:
    """Make an event of an upload, of a new one unless told otherwise."""
    aggregate_id, event_id = aggregate_id or uuid.uuid4(), uuid.uuid4()
    headers = {
        "event_id": str(event_id),
        "event_type": "video.upload.completed",
        "aggregate_type": "upload",
        "aggregate_id": str(aggregate_id),
        "version": str(version),
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    return OutboxRecord(
        event_id=event_id,
        aggregate_type="upload",
        aggregate_id=aggregate_id,
        event_type="video.upload.completed",
        payload=payload,
        headers=headers,
        occurred_at=datetime.now(UTC),
    )


def records_of_one(count: int) -> list[OutboxRecord]:
    """Make so many events of one upload, each with a version and a payload of its own."""
    aggregate = uuid.uuid4()
    return [an_outbox_record(aggregate, b"event %d" % n, n + 1) for n in range(count)]
