"""Figures beside a held snapshot: of what happened since the look before."""

import pytest

from bench.held import ACTIVITIES, BARS, READ, between
from bench.sample import Measured, Sample
from bench.verdict import Verdict, judged

BEFORE = {"relay": 1.0, "missed": 10.0, "wanted": 100.0, "dead": 5.0, "rows": 1.0, "indexes": 0.5}
NOW = {"relay": 4.0, "missed": 40.0, "wanted": 400.0, "dead": 90.0, "rows": 8.0, "indexes": 2.0}


def test_what_grows_is_told_as_it_stands() -> None:
    found = between(BEFORE, NOW, 60, 120)
    assert found["dead tuples at 120 s"] == 90
    assert found["rows at 120 s, MiB"] == 8
    assert found["indexes at 120 s, MiB"] == 2


def test_what_adds_up_is_told_as_its_share_since_the_look_before() -> None:
    found = between(BEFORE, NOW, 60, 120)
    assert found["relay in the database, 60 to 120 s, % of a core"] == pytest.approx(5)
    missed = found["blocks that reads did not find in the server's memory, 60 to 120 s, %"]
    assert missed == pytest.approx(10)


def test_where_nothing_was_read_nothing_was_missed() -> None:
    found = between(BEFORE, {**NOW, "missed": 10.0, "wanted": 100.0}, 0, 60)
    assert found["blocks that reads did not find in the server's memory, 0 to 60 s, %"] == 0


@pytest.mark.parametrize(
    ("beside", "verdict"), [((0.21, 0.11), Verdict.MET), ((0.24, 0.12), Verdict.MISSED)]
)
def test_a_read_is_judged_by_what_it_takes_without_a_snapshot_in_the_same_round(
    beside: tuple[float, float], verdict: Verdict
) -> None:
    alone = (0.2, 0.1)
    samples = [
        Sample(activity.name, number, Measured(1, 1, numbers={READ: milliseconds}))
        for activity, rounds in zip(ACTIVITIES, (alone, beside), strict=True)
        for number, milliseconds in enumerate(rounds, 1)
    ]
    bar = next(bar for bar in BARS if bar.figure == READ)
    assert [row.verdict for row in judged([bar], samples)] == [verdict]
