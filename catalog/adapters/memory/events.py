"""Events as JSON: readable where nobody needs the wire's own format."""

import json
from dataclasses import asdict

from catalog.application.event_headers import event_headers
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
            headers=event_headers(event),
            occurred_at=event.occurred_at,
        )
