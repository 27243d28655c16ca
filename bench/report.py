"""The whole run as one HTML page that needs nothing else."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape

from bench import plots
from bench.bars import WHOLES
from bench.comparison import Change
from bench.gathered import Gathered
from bench.noise import capacity
from bench.registry import activities, bars
from bench.spelling import spelled
from bench.tables import (
    HEADS,
    WHOLE_HEADS,
    Spreads,
    figures_of,
    further_figures_of,
    row_cells,
    whole_cells,
)
from bench.verdict import Row

COUNTED = (
    "CPU is user and system time of the process under test alone, all its threads, as getrusage"
    " counts them: the service for scenarios, the bare server or the bare worker for parts;"
    " PostgreSQL, the load generator and the kernel's work for others are not in it. Busy is that"
    " CPU over the time it took: 100 % is one core. Latencies are those of a closed loop: 32 calls"
    " or 16 pushes in the air. What is held against something else is measured in three pieces a"
    " round, in turns with all the others; its latencies are medians of the pieces. An idle process"
    " is counted in the scheduler's nanoseconds. Small and grown are ten thousand and a million"
    " uploads in two databases of one server, all of it in memory, each with a service of its"
    " own: there both are asked at one steady pace, far below what they can, in pairs whose order"
    " is drawn, so that"
    " whatever the machine does besides it does to both; any row is as likely as any other."
    " Beside a held snapshot two servers with PostgreSQL's own 128 MB of buffers each take the same"
    " load in the same minutes, one of them with the snapshot, and the read is asked of both in"
    " turns. Round trips and signatures are counted outside of a service of its own, which has one"
    " connection to the database and signs by IAM Credentials: how fast that one answers tells"
    " nothing. A tenth of a round trip is left to what a process asks by itself twice a second."
)
WHOLES_HEAD = "What the bars leave to anybody"
WHOLES_TOLD = (
    "A bare whole is a service of the same options that does nothing but the parts, all in one"
    " call: the rows are written, the signature made, the token verified. What it costs beside the"
    " sum of the same parts, each measured alone, is what a call costs by being one."
)
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 72em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } th, td { padding: .25em .7em; text-align: left;
border-bottom: 1px solid #ddd } td.n { text-align: right; font-variant-numeric: tabular-nums }
.missed { background: #fbe3e0; color: #a31d0d; font-weight: bold } .met { color: #1d6b31 }
.not { color: #888 } .warn { background: #fff3cd; padding: .6em 1em } svg { max-width: 100% }
"""


def page(gathered: Gathered, changes: Sequence[Change] = ()) -> str:
    """Write it."""
    found, rows = gathered.spreads(), gathered.rows(bars())
    runs = {name: asdict(result) for name, result in gathered.results.items()}
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Catalog: performance</title>",
        f"<style>{_STYLE}</style><h1>Every hot path beside its own limit</h1>",
        _warnings(gathered.warnings(bars())),
        "<h2>Bars</h2>",
        _rows(rows),
        plots.ratios(rows),
        _wholes(gathered.rows(WHOLES)),
        "<h2>CPU beside the bare parts</h2>",
        plots.costs(bars(), found),
        "<h2>Latency</h2>",
        plots.latencies(found),
        "<h2>All figures</h2>",
        f"<p>{COUNTED}</p>",
        _figures(found),
        _further(found),
        f"<p>{generator(found)}</p>",
        _changes(changes),
        "<h2>Where and how</h2>",
        _where(gathered),
        "<h2>Raw</h2><details><summary>JSON</summary><pre>",
        escape(json.dumps(runs, indent=1)),
        "</pre></details></html>",
    ]
    return "\n".join(parts) + "\n"


def generator(found: Spreads) -> str:
    """Say what the load generator could have done with a core of its own."""
    told = []
    for activity, what in (("empty_call", "calls"), ("empty_post", "posts")):
        can = capacity(found, activity)
        if can is not None:
            rate = found[activity]["rate"].median
            told.append(f"{can:,.0f} {what}/s, when an empty server answered {rate:,.0f}/s")
    return f"With a core of its own the load generator asks {'; '.join(told)}." if told else ""


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _cells(cells: Iterable[str], kind: str = "n") -> str:
    return "".join(f"<td class='{kind}'>{escape(each)}</td>" for each in cells)


def _rows(rows: Sequence[Row]) -> str:
    def drawn(row: Row) -> str:
        said = _cells((row.bar.name, row.bar.says), "t") + _cells(row_cells(row))
        return f"<tr class='{row.verdict.value.split()[0]}'>{said}{_cells([row.said], 't')}</tr>"

    heads = ("scenario", "bar", "measured (spread)", "value", "limit", "verdict")
    return _table(heads, map(drawn, rows))


def _wholes(rows: Sequence[Row]) -> str:
    if not any(row.ratio for row in rows):
        return ""
    lines = (f"<tr>{_cells(whole_cells(row), 't')}</tr>" for row in rows)
    return f"<h2>{WHOLES_HEAD}</h2><p>{WHOLES_TOLD}</p>" + _table(WHOLE_HEADS, lines)


def _figures(found: Spreads) -> str:
    known = activities()
    lines = (
        f"<tr>{_cells((name, known[name].says), 't')}{_cells(figures)}</tr>"
        for name, figures in figures_of(found)
    )
    return _table(("activity", "what", *HEADS), lines)


def _further(found: Spreads) -> str:
    lines = [
        f"<tr>{_cells((name, figure), 't')}{_cells((value,))}</tr>"
        for name, figure, value in further_figures_of(found)
    ]
    return _table(("activity", "figure", "value"), lines) if lines else ""


def _changes(changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    lines = []
    for change in changes:
        kind = ("missed" if change.worse else "met") if change.certain else "not"
        spells = [
            spelled(each.median, change.figure, change.activity)
            for each in (change.before, change.now)
        ]
        cells = _cells((change.activity, change.figure), "t")
        cells += _cells((*spells, f"{change.factor:.2f} x"))
        lines.append(f"<tr class='{kind}'>{cells}</tr>")
    heads = ("activity", "figure", "before", "now", "factor")
    said = "<p>Coloured where the rounds of both runs do not overlap.</p>"
    return "<h2>Beside the earlier run</h2>" + said + _table(heads, lines)


def _where(gathered: Gathered) -> str:
    heads, lines = gathered.where()
    return _table(heads, (f"<tr>{_cells(line, 't')}</tr>" for line in lines))


def _warnings(said: Sequence[str]) -> str:
    if not said:
        return ""
    lines = "".join(f"<li>{escape(each)}</li>" for each in said)
    return f"<div class=warn>The machine was noisy; believe it with care.<ul>{lines}</ul></div>"
