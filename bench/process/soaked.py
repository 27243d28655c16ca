"""A hundred thousand calls, thirty thousand more that are cancelled: what is left of them all."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.activity import Activity
from bench.bars import Bar
from bench.process.alone import Alone, alone
from bench.process.mix import Mix
from bench.sample import Measured
from bench.stage import Stage

CALLS, CANCELLED = 100_000, 30_000
COUNTS = ("tasks", "descriptors", "database connections")
GROWN, GROWN_CANCELLED = "RSS grown by calls, MiB", "RSS grown by cancelled calls, MiB"
_SLICES = 20
_SETTLE_SECONDS = 30.0
_PAUSE_SECONDS = 4.0
"""Figures of the process are two seconds old at most, and twice that if it was busy."""

Say = Callable[[str, int], None]
"""Told what was done, and how many calls more."""


@dataclass(frozen=True, slots=True)
class Look:
    """At one moment, when nothing is on its way."""

    resident: float
    counts: Mapping[str, int]


def left(name: str, after: str) -> str:
    """Name the figure that says how many more there are than before."""
    return f"{name} left by {after}"


async def soak(stage: Stage, say: Say) -> Measured:
    """Do it; what comes before the first look warms up and is of the same kind."""
    began = time.perf_counter()
    async with alone(stage, "soak") as service:
        mix = await Mix.prepared(stage, service, stage.fresh_tag("soak"))
        errors = await mix.calls(CALLS // _SLICES)
        before = await _settled(mix, service, None)
        for _ in range(_SLICES):
            errors += await mix.calls(CALLS // _SLICES)
            say("mixed calls", CALLS // _SLICES)
        between = await _settled(mix, service, before)
        for _ in range(_SLICES):
            errors += await mix.cancelled(CANCELLED // _SLICES)
            say("calls that are cancelled", CANCELLED // _SLICES)
        after = await _settled(mix, service, before)
    numbers = numbers_of(before, between, after) | {"refused beside cancelled calls": mix.refused}
    took = time.perf_counter() - began
    return Measured(
        CALLS + CANCELLED, took, errors=errors, first_error=mix.first_error, numbers=numbers
    )


async def _settled(mix: Mix, service: Alone, before: Look | None) -> Look:
    """Look once everything is over, again for a while where there is more than before."""
    await mix.all_published()
    until = time.monotonic() + _SETTLE_SECONDS
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        look = Look(service.resident(), await service.counts())
        back = before is None or all(look.counts[n] <= before.counts[n] for n in COUNTS)
        if back or time.monotonic() > until:
            return look


def numbers_of(before: Look, between: Look, after: Look) -> dict[str, float]:
    """Compare: memory with the look before, counts with the first one."""
    numbers: dict[str, float] = {
        "RSS before, MiB": before.resident,
        GROWN: between.resident - before.resident,
        GROWN_CANCELLED: after.resident - between.resident,
    }
    for name in COUNTS:
        numbers[f"{name} before"] = before.counts[name]
        numbers[left(name, "calls")] = between.counts[name] - before.counts[name]
        numbers[left(name, "cancelled calls")] = after.counts[name] - before.counts[name]
    return numbers


async def _unwatched(stage: Stage, _seconds: float) -> Measured:
    return await soak(stage, lambda _what, _more: None)


def _none_left(name: str, after: str) -> Bar:
    figure = left(name, after)
    return Bar(f"soak: {figure}", "soak", figure, 0, says="none more than before", unit="more")


ACTIVITIES: Sequence[Activity] = (
    Activity(
        "soak", "soak", "100,000 mixed calls, then 30,000 cancelled ones", _unwatched, long=True
    ),
)
BARS: Sequence[Bar] = (
    Bar(
        "soak: RSS after calls",
        "soak",
        GROWN,
        8,
        says="<= 8 MiB more after 100,000 mixed calls",
        unit="MiB",
    ),
    Bar(
        "soak: RSS after cancelled calls",
        "soak",
        GROWN_CANCELLED,
        16,
        says="<= 16 MiB more after 30,000 cancelled ones, which grpc.aio keeps a little of"
        " (grpc issue 43360)",
        unit="MiB",
    ),
    *(_none_left(name, after) for after in ("calls", "cancelled calls") for name in COUNTS),
)
