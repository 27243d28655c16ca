"""Message attributes of an event: enough to route, drop repeats and follow a trace undecoded."""

from catalog.domain.events import Event


def event_headers(event: Event) -> dict[str, str]:
    """Spell them; an event without a trace has no `traceparent`."""
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
