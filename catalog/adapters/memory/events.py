"""Events as JSON: readable where nobody needs the wire's own format."""

import json
from dataclasses import asdict

from catalog.application.records import OutboxRecord
from catalog.domain.events import Event


class JsonEvents:
    """Encodes deterministically: equal events give equal bytes."""

    def encode(self, event: Event) -> OutboxRecord:
        """Encode the event's own fields, by their names."""
        payload = json.dumps(asdict(event), default=str, sort_keys=True)
        return OutboxRecord(
            event_id=event.event_id,
            aggregate_type=event.aggregate_type,
            aggregate_id=event.aggregate_id,
            event_type=event.event_type,
            payload=payload.encode(),
            headers=_headers(event),
            occurred_at=event.occurred_at,
        )


def _headers(event: Event) -> dict[str, str]:
    headers = {
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": str(event.aggregate_id),
        "version": str(event.version),
    }
    if event.traceparent:
        headers["traceparent"] = event.traceparent
    return headers
