"""Plots as SVG that stands in a page by itself."""

import io
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.bars import Bar
from bench.sample import CPU, P50, P95, P99
from bench.spread import Spread
from bench.verdict import Row, Verdict

Spreads = Mapping[str, Mapping[str, Spread]]
_COLOURS = {Verdict.MET: "#2a7f3f", Verdict.MISSED: "#c0392b", Verdict.NOT_MEASURED: "#999999"}
_LEAST_LABELLED = 0.08
_SHADES = ("#35618f", "#7aa6d1", "#b8cfe5", "#dde8f3")


def ratios(rows: Sequence[Row]) -> str:
    """Show how far each row is from its bar: 1 is the bar, the whisker the rounds.

    A bar of 0 has no such scale; its row is in the table alone.
    """
    shown = [row for row in rows if row.ratio is not None and row.bar.factor]
    figure, axes = _figure(max(1.5, 0.42 * len(shown) + 0.9))
    for place, row in enumerate(reversed(shown)):
        assert row.ratio is not None
        scale, colour = 1 / row.bar.factor, _COLOURS[row.verdict]
        ends = [row.ratio.least * scale, row.ratio.most * scale]
        axes.plot(ends, [place, place], color=colour, linewidth=2)
        axes.plot([row.ratio.median * scale], [place], "o", color=colour)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(shown)), [_named(row.bar) for row in reversed(shown)])
    axes.set_xlabel("measured / bar")
    return _svg(figure)


def _named(bar: Bar) -> str:
    return f"{bar.name}  ({'left' if bar.at_most else 'right'} is good)"


def costs(bars: Sequence[Bar], spreads: Spreads) -> str:
    """Show the CPU of each scenario beside that of its parts, one upon the other."""
    shown = [bar for bar in bars if bar.figure == CPU and CPU in spreads.get(bar.scenario, {})]
    figure, axes = _figure(max(1.5, 0.8 * len(shown) + 0.9))
    longest = max((_micros(spreads, bar.scenario) for bar in shown), default=0.0)
    for place, bar in enumerate(shown):
        axes.barh(place + 0.2, _micros(spreads, bar.scenario), 0.36, color="#c77d2e")
        left = 0.0
        for number, part in enumerate(bar.limit):
            cost = _micros(spreads, part)
            axes.barh(place - 0.2, cost, 0.36, left=left, color=_SHADES[number % len(_SHADES)])
            if cost > _LEAST_LABELLED * longest:
                axes.text(left + cost / 2, place - 0.2, part, ha="center", va="center", fontsize=7)
            left += cost
    axes.set_yticks(range(len(shown)), [bar.scenario for bar in shown])
    axes.set_xlabel("microseconds of CPU per operation: the service, and its bare parts below")
    return _svg(figure)


def _micros(spreads: Spreads, activity: str) -> float:
    spread = spreads.get(activity, {}).get(CPU)
    return spread.median * 1e6 if spread else 0.0


def latencies(spreads: Spreads) -> str:
    """Show p50, p95 and p99 of all that is asked over a wire."""
    shown = [name for name, figures in spreads.items() if P99 in figures]
    figure, axes = _figure(max(1.5, 0.42 * len(shown) + 0.9))
    for place, name in enumerate(reversed(shown)):
        values = [spreads[name][each].median * 1e3 for each in (P50, P95, P99)]
        axes.plot(values, [place] * 3, color=_SHADES[1], linewidth=1)
        for value, marker in zip(values, "o|>", strict=True):
            axes.plot([value], [place], marker, color=_SHADES[0])
    axes.set_xscale("log")
    axes.set_yticks(range(len(shown)), list(reversed(shown)))
    axes.set_xlabel("milliseconds: dot p50, bar p95, arrow p99")
    return _svg(figure)


def _figure(inches: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(10, inches), layout="constrained")
    axes = figure.add_subplot()
    axes.grid(visible=True, axis="x", alpha=0.3)
    return figure, axes


def _svg(figure: Figure) -> str:
    """Without the prolog of a file of its own."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
