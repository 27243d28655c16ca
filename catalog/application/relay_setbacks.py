"""Whose fault it is that an event could not be published, and how long it waits."""

import random
from collections.abc import Iterable
from uuid import UUID

from catalog.application.outbox_records import QueuedEvent, Setback
from catalog.application.relay_policy import RelayPolicy

_SUSPECTS = 5
_OUTAGE_WAIT = 0.25
_OUTAGE_WAIT_MAX = 2.0


class Judge:
    """Tells bad events from a topic that takes none.

    An event is to blame once the topic took something else that was sent after the
    event had failed. When several fail and nothing gets through, it is the topic:
    nothing is held against the events, or an outage of some minutes would park them all.
    """

    def __init__(self, policy: RelayPolicy) -> None:
        self._policy = policy
        self._random = random.SystemRandom()
        self._first_failed: dict[UUID, float] = {}
        self._suspects: set[UUID] = set()
        self._last_good = float("-inf")
        self._rounds = 0

    @property
    def topic_is_down(self) -> bool:
        """True from the moment several events have failed until one gets through."""
        return len(self._suspects) >= _SUSPECTS

    def outage_pause(self) -> float:
        """How long to leave a topic alone that is down; longer each time."""
        self._rounds += 1
        return self._outage_wait()

    def succeeded(self, events: Iterable[QueuedEvent], sent: float) -> None:
        """Note that the topic took events that were sent at that time."""
        self._last_good = max(self._last_good, sent)
        self._suspects.clear()
        self._rounds = 0
        if self._first_failed:
            for event in events:
                self._first_failed.pop(event.record.event_id, None)

    def failed(self, event: QueuedEvent, reason: str, now: float) -> Setback:
        """Decide what becomes of the first event of a batch that failed."""
        event_id = event.record.event_id
        is_bad = self._last_good > self._first_failed.setdefault(event_id, now)
        if not is_bad:
            self._suspects.add(event_id)
            if self.topic_is_down:
                return Setback(event.id, event.attempts, self._outage_wait(), reason, parked=False)
        attempts = event.attempts + 1
        parked = attempts >= self._policy.max_attempts
        if parked:
            del self._first_failed[event_id]
            self._suspects.discard(event_id)
        return Setback(event.id, attempts, self._backoff(attempts), reason, parked)

    def _backoff(self, attempts: int) -> float:
        """Full jitter: anything between nothing and an exponentially growing bound."""
        bound = self._policy.backoff * 2.0 ** min(attempts - 1, 30)
        return self._random.uniform(0, min(self._policy.backoff_max, bound))

    def _outage_wait(self) -> float:
        bound = min(_OUTAGE_WAIT_MAX, _OUTAGE_WAIT * 2.0 ** min(self._rounds, 10))
        return self._random.uniform(bound / 2, bound)
