"""A run, and beside it those of scenarios that take too long to be part of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import noise
from bench.activity import Activity
from bench.bars import Bar
from bench.result import Result, read
from bench.spread import Spread
from bench.verdict import Row, Verdict, about, judged, spreads

MAIN = "latest"
CHOSEN = "chosen"
"""Of a run of some that are part of the main one: it stands alone, and is not published."""
APART = ("growth", "held", "process", "soak")
"""Families that have a file of their own when they are measured alone."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Results by the name of their file, the run of everything first."""

    results: Mapping[str, Result] = field(default_factory=dict)

    def rows(self, bars: Sequence[Bar]) -> Sequence[Row]:
        """Judge bars within the first run that measured each: minutes are not mixed.

        Those that no run was about are left out; without any run, none is.
        """
        if not self.results:
            return judged(bars, ())
        samples = [result.samples for result in self.results.values()]
        chosen = about(bars, [sample for of_one in samples for sample in of_one])
        each = [judged(chosen, of_one) for of_one in samples]
        return [_measured(rows) for rows in zip(*each, strict=True)]

    def spreads(self) -> Mapping[str, Mapping[str, Spread]]:
        """Summarise every activity as the first run has it that measured it."""
        found: dict[str, Mapping[str, Spread]] = {}
        for result in self.results.values():
            found = {**spreads(result.samples), **found}
        return found

    def warnings(self, bars: Sequence[Bar]) -> Sequence[str]:
        """Say why not to believe the figures too much, and of which run that is said."""
        return list(self._warnings(bars))

    def _warnings(self, bars: Sequence[Bar]) -> Iterator[str]:
        for name, result in self.results.items():
            about = "" if name in {MAIN, CHOSEN} else f"{name}: "
            for said in noise.warnings(result.noise, spreads(result.samples), bars):
                yield about + said

    def where(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """Tell where and how, a column a run: heads and lines."""
        told = [_told(result) for result in self.results.values()]
        names = dict.fromkeys(name for each in told for name in each)
        return ("where", *self.results), [
            (name, *(each.get(name, "") for each in told)) for name in names
        ]


def read_all(folder: Path) -> Gathered:
    """Read what is there. Raises UnreadableResultError."""
    files = {name: folder / f"{name}.json" for name in (MAIN, *APART)}
    return Gathered({name: read(file) for name, file in files.items() if file.exists()})


def file_name(activities: Sequence[Activity], main: Sequence[Activity]) -> str:
    """Name the file of a run: its own for one family of those apart, parts not counted.

    `main` is what the main run measures; less than that does not take its place.
    """
    families = {activity.family for activity in activities} - {"bare"}
    if len(families) == 1 and families <= set(APART):
        return families.pop()
    measured = {activity.name for activity in activities}
    return MAIN if all(activity.name in measured for activity in main) else CHOSEN


def shown_with(name: str, result: Result, folder: Path) -> tuple[str, Gathered]:
    """Name the page of a run, and give what is on it: all that is kept, or what was chosen.

    Raises UnreadableResultError.
    """
    if name == CHOSEN:
        return f"{CHOSEN}.html", Gathered({CHOSEN: result})
    return f"{MAIN}.html", read_all(folder)


def _measured(rows: Sequence[Row]) -> Row:
    return next((row for row in rows if row.verdict is not Verdict.NOT_MEASURED), rows[0])


def _told(result: Result) -> Mapping[str, str]:
    return {
        **result.machine,
        "command": result.command,
        "rounds": str(result.rounds),
        "seconds of a window": f"{result.seconds:g}",
        "minutes": f"{result.took_seconds / 60:.1f}",
        "stolen by the hypervisor": f"{result.noise.steal:.1%}",
        "taken by other processes": f"{result.noise.foreign:.1%}",
    }
