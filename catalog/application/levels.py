"""How much waits, and for how long: read now and then, shown as gauges."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from catalog.application.metrics import outbox, pushes, upkeep, uploads
from catalog.application.metrics.metric import Measures


@dataclass(frozen=True, slots=True)
class Levels:
    """One moment's levels. Counts stop at 100,000, so that the look stays short; ages in seconds,
    0 where there is nothing.
    """

    waiting: Mapping[str, int] = field(default_factory=dict)
    """Waiting uploads by the label `age` of their figure."""
    oldest_overdue: float = 0.0
    outbox_backlog: int = 0
    outbox_parked: int = 0
    oldest_event: float = 0.0
    quarantined: int = 0
    unknown: int = 0
    tombstones: Mapping[str, int] = field(default_factory=dict)
    """By the label `state` of their figure."""
    sweep_ages: Mapping[str, float] = field(default_factory=dict)
    """By the label `sweep`; of the bucket whose last walk ended longest ago where there are
    several. Walks that only report do not count."""
    sweep_refused: bool = False


@dataclass(frozen=True, slots=True)
class LevelTerms:
    """What the levels mean, by the settings."""

    session_life: timedelta
    """From Init to the deadline."""
    stuck_after: int
    """Failures from which on a deletion counts as stuck."""
    buckets: Collection[str]
    """Whose walks count; those over others ended for good."""


class LevelReader(Protocol):
    """Reads all levels at once."""

    async def read(self, terms: LevelTerms) -> Levels:
        """Look once. Raises UnavailableError."""
        ...


@dataclass(frozen=True, slots=True)
class ShowLevels:
    """One round of looking and showing."""

    reader: LevelReader
    measures: Measures
    terms: LevelTerms

    async def __call__(self) -> None:
        """Look once and show all of it. Raises UnavailableError; the last levels then stay."""
        levels = await self.reader.read(self.terms)
        show = self.measures.set
        for age in uploads.WAITING.labels["age"]:
            show(uploads.WAITING, levels.waiting.get(age, 0), age=age)
        show(uploads.OLDEST_WAITING, levels.oldest_overdue)
        show(outbox.BACKLOG, levels.outbox_backlog)
        show(outbox.PARKED, levels.outbox_parked)
        show(outbox.OLDEST_UNPUBLISHED, levels.oldest_event)
        show(pushes.QUARANTINED, levels.quarantined)
        show(pushes.UNKNOWN, levels.unknown)
        for state in upkeep.TOMBSTONES.labels["state"]:
            show(upkeep.TOMBSTONES, levels.tombstones.get(state, 0), state=state)
        for sweep, age_seconds in levels.sweep_ages.items():
            show(upkeep.SWEEP_AGE, age_seconds, sweep=sweep)
        show(upkeep.SWEEP_REFUSED, int(levels.sweep_refused))
