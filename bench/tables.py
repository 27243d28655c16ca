"""The outcome on a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from bench.bars import WHOLES
from bench.comparison import Change
from bench.profiled import Profile
from bench.registry import activities
from bench.result import Result
from bench.sample import BUSY, CPU, P50, P95, P99, RATE
from bench.spelling import ratio, spelled, with_spread
from bench.spread import Spread
from bench.verdict import Row, Verdict, about, judged, spreads

Spreads = Mapping[str, Mapping[str, Spread]]
_STYLES = {Verdict.MET: "green", Verdict.MISSED: "bold red", Verdict.NOT_MEASURED: "dim"}
_FIGURES = (RATE, P50, P95, P99, CPU, BUSY, "generator_busy")


def rows_table(rows: Sequence[Row]) -> Table:
    """Bars with their verdicts; none of those given is left out."""
    drawn = Table("scenario", "bar", "measured", "value", "limit", "verdict")
    for row in rows:
        style = _STYLES[row.verdict]
        drawn.add_row(row.bar.name, row.bar.says, *row_cells(row), f"[{style}]{row.said}[/]")
    return drawn


def row_cells(row: Row) -> tuple[str, str, str]:
    """Spell ratio, value and limit; empty where nothing was measured."""
    if row.ratio is None or row.value is None:
        return "", "", ""
    figure, scenario = row.bar.figure, row.bar.scenario
    limit = spelled(row.reference.median, figure, scenario) if row.reference else ""
    return (
        with_spread(row.ratio, ratio(row.ratio.median, row.bar.unit)),
        spelled(row.value.median, figure, scenario),
        limit,
    )


WHOLE_HEADS = ("bare whole", "its parts", "whole / sum", "whole", "sum", "bar", "a bare whole is")


def whole_cells(row: Row) -> tuple[str, ...]:
    """Spell what a bare whole costs beside its parts, and if it would meet the product's bar."""
    within = "within the bar" if row.verdict is Verdict.MET else "over the bar"
    told = f"{row.errors} errors" if row.errors else within
    names = row.bar.scenario, " + ".join(row.bar.limit)
    return (*names, *row_cells(row), f"{row.bar.factor:g} x", told)


def wholes_table(result: Result) -> Table:
    """What bars leave to anybody; without lines where no bare whole was measured."""
    drawn = Table(*WHOLE_HEADS)
    for row in judged(about(WHOLES, result.samples), result.samples):
        drawn.add_row(*whole_cells(row))
    return drawn


def figures_of(found: Spreads) -> Iterator[tuple[str, Sequence[str]]]:
    """Name every activity that was measured, with its figures spelled."""
    for name in activities():
        if name in found:
            yield (
                name,
                [
                    with_spread(
                        found[name][figure], spelled(found[name][figure].median, figure, name)
                    )
                    if figure in found[name]
                    else ""
                    for figure in _FIGURES
                ],
            )


def further_figures_of(found: Spreads) -> Iterator[tuple[str, str, str]]:
    """Name what activities tell of their own: activity, figure, value."""
    for name in activities():
        for figure, spread in found.get(name, {}).items():
            if figure not in _FIGURES:
                yield name, figure, with_spread(spread, spelled(spread.median, figure, name))


HEADS = ("rate", "p50", "p95", "p99", "CPU per operation", "server busy", "generator busy")


def figures_table(result: Result) -> Table:
    """Everything that was measured, medians with the spread of the rounds."""
    drawn = Table("activity", *HEADS)
    for name, figures in figures_of(spreads(result.samples)):
        drawn.add_row(name, *figures)
    return drawn


def further_table(result: Result) -> Table:
    """What activities tell of their own; without lines where none does."""
    drawn = Table("activity", "figure", "value")
    for line in further_figures_of(spreads(result.samples)):
        drawn.add_row(*line)
    return drawn


def changes_table(changes: Sequence[Change]) -> Table:
    """Then and now; bold where the rounds do not overlap."""
    drawn = Table("activity", "figure", "before", "now", "factor")
    for change in changes:
        style = ("bold red" if change.worse else "bold green") if change.certain else "dim"
        before, now = (
            spelled(each.median, change.figure, change.activity)
            for each in (change.before, change.now)
        )
        factor = f"[{style}]{change.factor:.2f} x[/]"
        drawn.add_row(change.activity, change.figure, before, now, factor)
    return drawn


def profile_table(profile: Profile, top: int) -> Table:
    """Functions by the share of time spent in them and in what they call."""
    drawn = Table("with what it calls", "itself", "function")
    itself, whole = profile.itself(), max(1, profile.stacks.total())
    for frame, count in profile.within().most_common(top):
        drawn.add_row(f"{count / whole:.1%}", f"{itself[frame] / whole:.1%}", escape(frame))
    return drawn
