"""Figures of the outbox and its relay."""

from catalog.application.metrics.metric import Counter, Gauge, Histogram

PUBLISH_LAG = Histogram(
    "outbox.publish.lag",
    "s",
    "From the transaction that wrote an event to the topic's word that it has it.",
    bounds=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
PUBLISH_ATTEMPTS = Counter(
    "outbox.attempt.count",
    "{event}",
    "Events handed to the topic, by what came of it.",
    {"result": ("published", "failed", "parked")},
)
BACKLOG = Gauge("outbox.backlog", "{event}", "Events that wait to be published, parked ones not.")
OLDEST_UNPUBLISHED = Gauge(
    "outbox.oldest.age",
    "s",
    "Age of the oldest event that waits to be published and is not held back by a parked one;"
    " 0 when there is none.",
)
PARKED = Gauge("outbox.parked", "{event}", "Events that were given up after too many attempts.")
RELAY_SHARDS = Gauge(
    "outbox.relay.shards", "{shard}", "Shards that the relay of this process works on."
)
TOPIC_UP = Gauge(
    "outbox.topic.up", "1", "1 while the topic takes events, 0 while it takes nothing at all."
)
PRUNED_EVENTS = Counter(
    "outbox.pruned.count", "{event}", "Published events that were removed after their retention."
)

OUTBOX_METRICS = (
    PUBLISH_LAG,
    PUBLISH_ATTEMPTS,
    BACKLOG,
    OLDEST_UNPUBLISHED,
    PARKED,
    RELAY_SHARDS,
    TOPIC_UP,
    PRUNED_EVENTS,
)
