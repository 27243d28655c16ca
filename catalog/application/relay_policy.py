"""How a relay behaves. Times in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelayPolicy:
    """Defaults suit one relay of a busy site and several of a larger one."""

    max_attempts: int = 20
    """Failed deliveries after which an event is parked."""
    backoff: float = 0.5
    backoff_max: float = 60.0
    poll_min: float = 0.05
    poll_max: float = 1.0
    max_in_flight: int = 64
    """Aggregates published at the same time."""
    batch_size: int = 100
    """Events of one aggregate published together."""
    look_size: int = 1_000
    """Events that one look brings, and that may be on their way, roughly."""
    publish_timeout: float = 15.0
    """Above the publisher's own deadline: for one that does not keep it."""
    drain: float = 5.0
    heartbeat: float = 1.0
    full_look: float = 5.0
    """How often each shard is looked at from its first row on, unless that takes long."""
    reconnect: float = 0.5
    reconnect_max: float = 5.0
