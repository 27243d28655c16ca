"""docs/performance.md, made of a run."""

from collections.abc import Sequence

from bench.noise import warnings
from bench.registry import bars
from bench.report import COUNTED, generator
from bench.result import Result
from bench.tables import HEADS, figures_of, row_cells
from bench.verdict import Verdict, judged, spreads

_HEAD = """# Performance

What every hot path costs, beside what its bare parts cost in the same minutes. `make bench`
measures it and leaves `latest.json` and `latest.html` among its results; `make bench-publish`
writes this page from the former. A bar that is missed stands here as such.

{counted}

## Bars

Medians of the rounds; in brackets how far apart the rounds are, as a share of the median.

"""
_NOTHING = "No run has been published yet: `make bench`, then `make bench-publish`.\n\n"


def markdown(result: Result | None) -> str:
    """Write the page; without a run, its rows alone."""
    samples = result.samples if result else ()
    lines = []
    for row in judged(bars(), samples):
        verdict = f"**{row.said}**" if row.verdict is Verdict.MISSED else row.said
        lines.append((row.bar.name, row.bar.says, *row_cells(row), verdict))
    heads = ("scenario", "bar", "measured", "value", "limit", "verdict")
    page = _HEAD.format(counted=COUNTED) + (_NOTHING if result is None else "")
    page += _table(heads, lines)
    return page if result is None else page + _measured(result)


def _measured(result: Result) -> str:
    noisy = warnings(result.noise, spreads(result.samples), bars())
    told = "".join(f"- {each}\n" for each in noisy)
    where = {
        **result.machine,
        "command": f"`{result.command}`",
        "rounds": str(result.rounds),
        "seconds of a window": f"{result.seconds:g}",
        "stolen by the hypervisor": f"{result.noise.steal:.1%}",
        "taken by other processes": f"{result.noise.foreign:.1%}",
    }
    return (
        (f"\nThe machine was noisy; believe it with care:\n\n{told}" if noisy else "")
        + "\n## All figures\n\n"
        + _table(("activity", *HEADS), [(name, *spelt) for name, spelt in figures_of(result)])
        + f"\n{generator(result)}\n\n## Where and how\n\n"
        + _table(("where", ""), list(where.items()))
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
