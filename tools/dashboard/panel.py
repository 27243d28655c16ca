"""What a dashboard shows, without Grafana's words for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

JOB = 'job="catalog"'
Unit = Literal["s", "percentunit", "short", "ops", "reqps", "bytes"]
"""Units as Grafana names them; those of the panels here."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query and what its lines are called: a label in braces, or words."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines over time, or with `single` the last value alone."""

    title: str
    unit: Unit
    queries: Sequence[Query]
    says: str = ""
    """What to know when reading it."""
    single: bool = False
    bad_from: float | None = None
    """From here on it is drawn in red."""
    bad_below: float | None = None
    """Below this it is drawn in red."""
    width: int = 8
    """Of 24 columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: Sequence[Panel]


def per_second(counter: str, by: str = "", where: str = "") -> Query:
    """How fast a counter grows, over all processes, split by a label."""
    split = f" by ({by})" if by else ""
    legend = f"{{{{{by}}}}}" if by else "all"
    return Query(f"sum{split} (rate({counter}{{{_and(where)}}}[$__rate_interval]))", legend)


def level(gauge: str, by: str = "instance", where: str = "") -> Query:
    """A gauge as it is, one line for each value of a label."""
    return Query(f"max by ({by}) ({gauge}{{{_and(where)}}})", f"{{{{{by}}}}}")


def shared(gauge: str, legend: str) -> Query:
    """A gauge that every process reads from the same database."""
    return Query(f"max({gauge}{{{JOB}}})", legend)


def quantiles(histogram: str, where: str = "") -> Sequence[Query]:
    """Median, the 99th and the 99.9th of a hundred."""
    return [
        Query(
            f"histogram_quantile({share}, sum by (le)"
            f" (rate({histogram}_bucket{{{_and(where)}}}[$__rate_interval])))",
            f"{share:.1%}",
        )
        for share in (0.5, 0.99, 0.999)
    ]


def _and(where: str) -> str:
    return f"{JOB}, {where}" if where else JOB
