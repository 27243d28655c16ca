"""docs/performance.md, made of runs, and the runs themselves beside it."""

from collections.abc import Sequence
from pathlib import Path

from bench.bars import WHOLES
from bench.gathered import Gathered
from bench.registry import bars
from bench.report import COUNTED, WHOLES_HEAD, WHOLES_TOLD, generator
from bench.tables import (
    HEADS,
    WHOLE_HEADS,
    figures_of,
    further_figures_of,
    row_cells,
    whole_cells,
)
from bench.verdict import Row, Verdict

RAW = "performance"
_HEAD = """# Performance

What every hot path costs, beside what its bare parts cost in the same minutes. `make bench`
measures it and leaves `latest.json` and `latest.html` among its results; what takes longer has
commands of its own, whose results are kept beside those. `make bench-publish` writes this page from
all of them. A bar that is missed stands here as such.

{counted}

## Bars

Medians of the rounds; in brackets how far apart the rounds are, as a share of the median.

"""
_NOTHING = "No run has been published yet: `make bench`, then `make bench-publish`.\n\n"


def publish(gathered: Gathered, page: Path) -> None:
    """Write the page, and every run as raw JSON into a folder beside it. Raises OSError."""
    page.write_text(markdown(gathered), "utf-8")
    for name, result in gathered.results.items():
        result.write(page.parent / RAW / f"{name}.json")


def markdown(gathered: Gathered) -> str:
    """Write the page; without a run, its rows alone."""
    lines = []
    for row in gathered.rows(bars()):
        verdict = f"**{row.said}**" if row.verdict is Verdict.MISSED else row.said
        lines.append((row.bar.name, row.bar.says, *row_cells(row), verdict))
    heads = ("scenario", "bar", "measured", "value", "limit", "verdict")
    page = _HEAD.format(counted=COUNTED) + ("" if gathered.results else _NOTHING)
    page += _table(heads, lines) + _wholes(gathered.rows(WHOLES))
    return page + _measured(gathered) if gathered.results else page


def _wholes(rows: Sequence[Row]) -> str:
    if not any(row.ratio for row in rows):
        return ""
    lines = [whole_cells(row) for row in rows]
    return f"\n## {WHOLES_HEAD}\n\n{WHOLES_TOLD}\n\n" + _table(WHOLE_HEADS, lines)


def _measured(gathered: Gathered) -> str:
    noisy, found = gathered.warnings(bars()), gathered.spreads()
    told = "".join(f"- {each}\n" for each in noisy)
    return (
        (f"\nThe machine was noisy; believe it with care:\n\n{told}" if noisy else "")
        + "\n## All figures\n\n"
        + _table(("activity", *HEADS), [(name, *spelt) for name, spelt in figures_of(found)])
        + _further(list(further_figures_of(found)))
        + f"\n{generator(found)}\n\n## Where and how\n\n"
        + _table(*gathered.where())
        + f"\nThe raw figures of every round: {_raw(gathered)}.\n"
    )


def _raw(gathered: Gathered) -> str:
    return ", ".join(f"[{name}.json]({RAW}/{name}.json)" for name in gathered.results)


def _further(lines: Sequence[Sequence[str]]) -> str:
    return "\n" + _table(("activity", "figure", "value"), lines) if lines else ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
