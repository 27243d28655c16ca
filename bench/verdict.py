"""Rows of the report: bars beside what was measured, round by round."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.bars import Bar
from bench.sample import Sample
from bench.spread import Spread

RoundFigures = Mapping[str, Mapping[str, float]]
"""Figures of one round, by activity."""


class Verdict(StrEnum):
    """How a row stands. Errors count as missed: what fails fast is not fast."""

    MET = "met"
    MISSED = "missed"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Row:
    """A bar, and the ratios of the rounds. `value` and `reference` are in the figure's unit."""

    bar: Bar
    verdict: Verdict
    ratio: Spread | None = None
    value: Spread | None = None
    reference: Spread | None = None
    errors: int = 0

    @property
    def said(self) -> str:
        """The verdict, and what makes it doubtful."""
        doubts = [f"{self.errors} errors"] if self.errors else []
        if self.ratio and self.bar.met_by(self.ratio.least) != self.bar.met_by(self.ratio.most):
            doubts.append("rounds on both sides of the bar")
        return ", ".join([self.verdict.value, *doubts])


def by_round(samples: Sequence[Sample]) -> Sequence[RoundFigures]:
    """Gather what was measured in the same minutes."""
    rounds: dict[int, dict[str, Mapping[str, float]]] = defaultdict(dict)
    for sample in samples:
        rounds[sample.round][sample.activity] = sample.figures()
    return [rounds[number] for number in sorted(rounds)]


def spreads(samples: Sequence[Sample]) -> Mapping[str, Mapping[str, Spread]]:
    """Summarise every figure of every activity over the rounds."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        for figure, value in sample.figures().items():
            found[sample.activity][figure].append(value)
    return {
        activity: {figure: Spread.of(values) for figure, values in figures.items()}
        for activity, figures in found.items()
    }


def about(bars: Sequence[Bar], samples: Sequence[Sample]) -> Sequence[Bar]:
    """Keep the bars of what was chosen: their scenario had its turns, whatever came of them."""
    had = {sample.activity for sample in samples}
    return [bar for bar in bars if bar.scenario in had]


def judged(bars: Sequence[Bar], samples: Sequence[Sample]) -> Sequence[Row]:
    """Judge every bar by the median of its rounds' ratios."""
    rounds = by_round(samples)
    return [_row(bar, rounds, _errors(bar, samples)) for bar in bars]


def _row(bar: Bar, rounds: Sequence[RoundFigures], errors: int) -> Row:
    measured = [figures for figures in rounds if bar.ratio(figures) is not None]
    if not measured:
        return Row(bar, Verdict.MISSED if errors else Verdict.NOT_MEASURED, errors=errors)
    ratio = Spread.of([bar.ratio(figures) or 0.0 for figures in measured])
    met = bar.met_by(ratio.median) and not errors
    return Row(
        bar,
        Verdict.MET if met else Verdict.MISSED,
        ratio,
        Spread.of([figures[bar.scenario][bar.figure] for figures in measured]),
        Spread.of([bar.reference(figures) or 0.0 for figures in measured]) if bar.limit else None,
        errors,
    )


def _errors(bar: Bar, samples: Sequence[Sample]) -> int:
    about = {bar.scenario, *bar.limit}
    return sum(sample.measured.errors for sample in samples if sample.activity in about)


def all_met(rows: Sequence[Row]) -> bool:
    """True when nothing that was measured missed its bar."""
    return all(row.verdict is not Verdict.MISSED for row in rows)
