"""A run: rounds in which every activity has its turn, so that scenario and parts share minutes."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.activity import Activity
from bench.grown.sites import LARGE
from bench.machine import machine
from bench.noise import Watch
from bench.result import Result
from bench.sample import Measured, Sample, joined
from bench.stage import Stage

PREFLIGHT = ("empty_call", "empty_post")
PREFLIGHT_ROUND = 0
_OF_SERVICE = ("init", "get", "callback")
_WARMED = (*PREFLIGHT, "bare_init", "bare_push")
_WARMING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, for how long, how often."""

    activities: Sequence[Activity]
    seconds: float
    rounds: int
    command: str
    durable: bool = True
    large: int = LARGE
    """Uploads in the larger database of growth."""

    @property
    def windows(self) -> int:
        """How many samples that makes."""
        return len({(number, activity.name) for number, activity in self.turns()})

    def turns(self) -> Iterator[tuple[int, Activity]]:
        """Name every turn. Rounds begin at different places, so that nobody is always first."""
        many = len(self.activities)
        for number in range(self.rounds):
            start = number * max(1, many // max(1, self.rounds))
            for lap in range(max((each.laps for each in self.activities), default=0)):
                for place in range(many):
                    activity = self.activities[(start + place) % many]
                    if lap < activity.laps and (number == 0 or not activity.once):
                        yield number + 1, activity


async def run(stage: Stage, plan: Plan, tell: Callable[[Sample], None]) -> Result:
    """Measure. Raises ChildError or TimeoutError when something did not work at all."""
    began, watch, samples = time.monotonic(), Watch(), []
    pieces: dict[tuple[int, str], list[Measured]] = defaultdict(list)
    for number, activity in plan.turns():
        found = pieces[number, activity.name]
        found.append(await activity.measure(stage, plan.seconds / activity.laps))
        watch.look()
        if len(found) == activity.laps:
            sample = Sample(activity.name, number, joined(found))
            samples.append(sample)
            tell(sample)
    return Result(
        machine=machine(),
        command=plan.command,
        seconds=plan.seconds,
        rounds=plan.rounds,
        took_seconds=time.monotonic() - began,
        noise=watch.noise(),
        samples=samples,
    )


async def warmed(stage: Stage, activities: Sequence[Activity]) -> None:
    """Let servers do for the first time what they do once: imports, plans, certificates."""
    for activity in activities:
        if activity.family in _OF_SERVICE or activity.name in _WARMED:
            await activity.measure(stage, _WARMING_SECONDS)


async def preflight(
    stage: Stage, activities: Sequence[Activity], seconds: float
) -> Sequence[Sample]:
    """Ask empty servers, to show what the generator can."""
    return [
        Sample(activity.name, PREFLIGHT_ROUND, await activity.measure(stage, seconds))
        for activity in activities
        if activity.name in PREFLIGHT
    ]
