"""Whether the machine had other things to do while we measured."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from bench.bars import Bar
from bench.sample import BUSY, RATE
from bench.spread import Spread

MOST_STEAL = 0.02
MOST_FOREIGN = 0.10
MOST_SPREAD = 0.15
MOST_GENERATOR_BUSY = 0.85
LEAST_SERVER_BUSY = 0.85
Spreads = Mapping[str, Mapping[str, Spread]]


@dataclass(frozen=True, slots=True)
class Noise:
    """Shares of all cores, over the whole run or a part of it."""

    steal: float
    """What the hypervisor gave to others."""
    foreign: float
    """What processes that are not ours took."""
    load_before: float
    """Load average of the minute before we began, per core."""


@dataclass(slots=True)
class Watch:
    """Adds up from its making on."""

    load_before: float = field(default_factory=lambda: os.getloadavg()[0] / (os.cpu_count() or 1))
    _ours: dict[tuple[int, float], float] = field(default_factory=dict)
    _ours_before: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    _busy: float = field(default_factory=lambda: _busy_and_steal()[0])
    _steal: float = field(default_factory=lambda: _busy_and_steal()[1])

    def __post_init__(self) -> None:
        self.look()
        self._ours_before = sum(self._ours.values())

    def look(self) -> None:
        """Note what our processes have used; those that end are remembered as last seen."""
        for process in _our_processes():
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._ours[process.pid, process.create_time()] = times.user + times.system

    def noise(self) -> Noise:
        """Judge the time since the beginning."""
        self.look()
        busy, steal = _busy_and_steal()
        whole = max(1e-9, (time.monotonic() - self._began) * (os.cpu_count() or 1))
        ours = sum(self._ours.values()) - self._ours_before
        foreign = max(0.0, busy - self._busy - ours)
        # Linux has let stolen time go backwards.
        stolen = max(0.0, steal - self._steal)
        return Noise(stolen / whole, foreign / whole, self.load_before)


def _our_processes() -> Iterator[psutil.Process]:
    this = psutil.Process()
    yield this
    yield from this.children(recursive=True)


def _busy_and_steal() -> tuple[float, float]:
    times = psutil.cpu_times()
    steal = getattr(times, "steal", 0.0)
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - steal - _guest(times), steal


def _guest(times: object) -> float:
    # Linux counts guests within user time already.
    return getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)


def warnings(noise: Noise, spreads: Spreads, bars: Sequence[Bar]) -> list[str]:
    """Say in sentences why not to believe the figures too much; none for a quiet machine."""
    return [*_of_machine(noise), *_of_parts(spreads, bars), *_of_generator(spreads)]


def _of_machine(noise: Noise) -> Iterator[str]:
    if noise.steal > MOST_STEAL:
        yield f"the hypervisor took {noise.steal:.0%} of the machine away"
    if noise.foreign > MOST_FOREIGN:
        yield f"other processes took {noise.foreign:.0%} of the machine"
    if noise.load_before > 0.5:
        yield f"there was load before we began ({noise.load_before:.1f} a core)"


def _of_parts(spreads: Spreads, bars: Sequence[Bar]) -> Iterator[str]:
    figures = {(part, bar.figure) for bar in bars for part in bar.limit}
    for part, figure in sorted(figures):
        spread = spreads.get(part, {}).get(figure)
        if spread is not None and spread.share > MOST_SPREAD:
            yield f"{part}: rounds are {spread.share:.0%} apart ({figure.replace('_', ' ')})"


def _of_generator(spreads: Spreads) -> Iterator[str]:
    for activity, figures in spreads.items():
        asked = figures.get("generator_busy")
        if asked is not None and asked.median > MOST_GENERATOR_BUSY:
            yield f"{activity}: the load generator was {asked.median:.0%} busy: it is measured too"
    server = spreads.get("empty_call", {}).get(BUSY)
    if server is not None and server.median < LEAST_SERVER_BUSY:
        yield f"empty_call: the server was only {server.median:.0%} busy: it was not the limit"


def capacity(spreads: Spreads, activity: str) -> float | None:
    """Give how many operations a second the generator could ask with a core of its own."""
    figures = spreads.get(activity, {})
    if RATE not in figures or not figures.get("generator_busy"):
        return None
    return figures[RATE].median / max(figures["generator_busy"].median, 1e-9)
