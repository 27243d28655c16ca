"""From which id on a relay looks, so that it need not walk over all that was published before.

Entries of published rows stay in the index until vacuum may remove them, which an
old snapshot anywhere can put off for hours.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.application.outbox_records import Standing

_PATIENCE_SECONDS = 30.0
_FULL_LOOKS_AT_ONCE = 16
_REST_AFTER_FULL_LOOK = 80
"""A full look waits for so many times as long as the one before took, if that is longer."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: int
    transaction: int


class Horizon:
    """The highest id that no transaction under way can still bring, a few looks behind.

    Ids are drawn before they are seen: what a transaction inserts shows only once it
    commits, long after higher ids perhaps. So an id counts only when all transactions
    that had begun to write a while after it was drawn have ended. One that takes more
    than half a minute is waited for no longer; full looks find what it brings.
    """

    def __init__(self) -> None:
        self.id = 0
        self._drawn: int | None = None
        self._candidate: _Candidate | None = None
        self._bounds: deque[tuple[float, int]] = deque()
        self._given_up = 0
        """Transactions below it have taken too long."""

    def observe(self, standing: Standing, now: float) -> None:
        """Learn from a heartbeat; looks that start after it see everything up to `id`."""
        if standing.highest_id < self.id:
            self.id, self._drawn, self._candidate = 0, None, None
        self._give_up(standing, now)
        if self._candidate is not None and self._is_settled(self._candidate, standing):
            self.id, self._candidate = self._candidate.id, None
        if self._candidate is None and self._drawn is not None:
            self._candidate = _Candidate(self._drawn, standing.transaction)
        self._drawn = standing.highest_id

    def _give_up(self, standing: Standing, now: float) -> None:
        self._bounds.append((now, standing.transaction))
        while now - self._bounds[0][0] > _PATIENCE_SECONDS:
            _, self._given_up = self._bounds.popleft()

    def _is_settled(self, candidate: _Candidate, standing: Standing) -> bool:
        return not any(self._given_up <= each < candidate.transaction for each in standing.running)


class ShardMarks:
    """Where each shard's next look begins, and which shards are due for a full one."""

    def __init__(self, full_look_seconds: float) -> None:
        self._every = full_look_seconds
        self._marks: dict[int, int] = {}
        self._full_due: dict[int, float] = {}
        self._asked_for: dict[int, list[float]] = {}
        """When else a full look is wanted: each of these moments has rows of its own."""

    def add(self, shards: Collection[int], now: float) -> None:
        """Begin with shards of which nothing is known: with a full look."""
        self._full_due |= dict.fromkeys(shards, now)

    def remove(self, shards: Collection[int]) -> None:
        """Look at them no more."""
        for shard in shards:
            self._marks.pop(shard, None)
            self._full_due.pop(shard, None)
            self._asked_for.pop(shard, None)

    def plan(self, now: float) -> Mapping[int, int]:
        """Map the shards to look at to their marks; 0 is a full look.

        Full looks are few at a time: in a bloated index each may be long.
        """
        due = sorted((at, shard) for shard in self._full_due if (at := self._due(shard)) <= now)
        return self._marks | {shard: 0 for _, shard in due[:_FULL_LOOKS_AT_ONCE]}

    def learn(
        self,
        plan: Mapping[int, int],
        horizon: int,
        lowest: Mapping[int, int],
        now: float,
        took: float = 0.0,
    ) -> None:
        """Move marks after a look that began `now`.

        `horizon` is as it was when the look began; `lowest` has the lowest id of each
        shard among what was on its way then and what the look found: those rows, and
        with them all later ones of their aggregates, stay above the mark.
        """
        for shard, mark in plan.items():
            if shard not in self._full_due:
                continue
            self._marks[shard] = max(0, min(horizon, lowest.get(shard, horizon + 1) - 1))
            if mark == 0:
                self._full_due[shard] = now + max(self._every, took * _REST_AFTER_FULL_LOOK)
                later = [at for at in self._asked_for.pop(shard, ()) if at > now]
                if later:
                    self._asked_for[shard] = later

    def look_fully(self, shard: int, at: float) -> None:
        """See to it that rows below the mark are looked at then, or earlier."""
        if shard in self._full_due:
            self._asked_for.setdefault(shard, []).append(at)

    def next_full(self) -> float:
        """When the next full look is due."""
        return min(map(self._due, self._full_due), default=float("inf"))

    def _due(self, shard: int) -> float:
        return min(self._full_due[shard], *self._asked_for.get(shard, ()), float("inf"))
