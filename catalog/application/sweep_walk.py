"""A walk from page to page that may stop anywhere and be resumed by anybody."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from catalog.application.tally import Tally, spelled_in_full
from catalog.application.upkeep_records import SweepTurn
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.errors import UnavailableError
from catalog.domain.upload import Effect


class SweepMode(StrEnum):
    """How far a sweep may go."""

    REPORT = "report"
    """Dry: count and report, change nothing."""
    REPAIR = "repair"
    """Finalize what was missed and queue what came back; orphans are reported."""
    DELETE = "delete"
    """And delete orphans, unless there are too many to be true."""


SweepState = Literal["finished", "refused", "stopped", "lost", "not_now"]
"""`refused`: too much is amiss to be true. `stopped`: told to, resumable. `lost`: another has the
walk by now. `not_now`: another has it, or the last one ended too recently."""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a run of a sweep did; counts are those of the whole walk, resumed runs included."""

    name: str
    mode: SweepMode
    state: SweepState
    counts: Mapping[str, int] = field(default_factory=dict)
    started_at: datetime | None = None
    position: str | None = None
    too_many_orphans: bool = False

    def as_json(self) -> dict[str, object]:
        """Spell it in JSON's types."""
        return {
            "sweep": self.name,
            "mode": self.mode.value,
            "state": self.state,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "position": self.position,
            "too_many_orphans": self.too_many_orphans,
            **spelled_in_full(self.counts),
        }


@dataclass(frozen=True, slots=True)
class SweepRun:
    """How one run of a sweep is asked for."""

    mode: SweepMode = SweepMode.REPORT
    every: timedelta = timedelta(0)
    """Do nothing when the last walk ended less than this ago."""
    restart: bool = False
    """Forget where an interrupted walk stopped."""
    stop: asyncio.Event | None = None
    begun: Callable[[Mapping[str, int]], None] = lambda _counts: None
    """Told what an interrupted walk had counted when this run takes it up."""
    progress: Callable[[str, Mapping[str, int]], None] = lambda _position, _counts: None
    """Told after each page how far the walk is and what it counted."""

    def must_stop(self) -> bool:
        """True once somebody wants the walk to end where it is."""
        return self.stop is not None and self.stop.is_set()


@dataclass(slots=True)
class Walk:
    """One run of a walk. What is remembered of it changes with `done_upto` alone."""

    name: str
    owner: uuid.UUID
    lease: timedelta
    started_at: datetime
    position: str | None
    tally: Tally
    state: SweepState = "stopped"
    _counts: dict[str, int] = field(default_factory=dict)

    def done_upto(self, position: str | None) -> None:
        """Be done with everything up to `position`; a fault from here on leads back to it."""
        self.position = position
        self._counts = dict(self.tally.counts)

    def turn(self) -> SweepTurn:
        """Say who walks, and how far."""
        return SweepTurn(self.name, self.owner, self.lease, self.position, self._counts)

    def result(self, mode: SweepMode, *, too_many_orphans: bool = False) -> SweepResult:
        """Say how it ended."""
        return SweepResult(
            name=self.name,
            mode=mode,
            state=self.state,
            counts=dict(self.tally.counts),
            started_at=self.started_at,
            position=self.position,
            too_many_orphans=too_many_orphans,
        )


@asynccontextmanager
async def begun_walk(
    store: UpkeepStore, name: str, lease: timedelta, run: SweepRun
) -> AsyncIterator[Walk | None]:
    """Take the walk where the last one stopped, and leave it to others when the block ends.

    None when it is another's or not due.
    """
    owner = uuid.uuid4()
    async with store.autocommit() as statements:
        start = await statements.sweeps.begin(
            name, owner, lease=lease, every=run.every, restart=run.restart
        )
    if start is None:
        yield None
        return
    walk = Walk(name, owner, lease, start.started_at, start.position, Tally())
    walk.tally.counts.update(start.counts)
    walk.done_upto(start.position)
    run.begun(start.counts)
    try:
        yield walk
    finally:
        await _end(store, walk)


async def _end(store: UpkeepStore, walk: Walk) -> None:
    """Finish the walk, or leave it where it is; the end of its lease would do so as well."""
    with suppress(UnavailableError):
        async with store.autocommit() as statements:
            match walk.state:
                case "finished" | "refused" as outcome:
                    walk.done_upto(None)
                    await statements.sweeps.finish(walk.turn(), outcome)
                case "stopped":
                    await statements.sweeps.leave(walk.turn())
                case _:
                    pass


def count_finalized(tally: Tally, effect: str) -> None:
    """Count what a finalize came to: completed, rejected (deleted soon), or nothing new."""
    match effect:
        case Effect.COMPLETED.value:
            tally.add("completed")
        case Effect.FAILED.value | Effect.REJECTED.value:
            tally.add("rejected")
        case _:
            tally.skip(effect)
