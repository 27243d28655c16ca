"""Planted costs fit the tree as it is, and are seen only where they turned a row red."""

import pytest

from bench.bars import Bar
from bench.planted import ROOT, table
from bench.planted_costs import PLANTED, Planted
from bench.planted_outcome import Outcome, Standing, standing
from bench.registry import activities, bars

AT_MOST = Bar("a", "a", "trips", 1.1)
AT_LEAST = Bar("b", "b", "share", 1.0, at_most=False)
COUNTED = Planted("counted", "", (), "a", "a")
FAULTS = Planted("faults", "", (), "b", "b", by_errors=True)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_cost_changes_the_tree_and_names_a_row_of_its_scenario(planted: Planted) -> None:
    for edit in planted.edits:
        text = (ROOT / edit.file).read_text("utf-8")
        assert edit.applied_to(text) != text
    assert planted.scenario in activities()
    [row] = [bar for bar in bars() if bar.name == planted.row]
    assert (row.scenario, row.limit) == (planted.scenario, ())


def counted(without: float, with_it: float) -> Outcome:
    return Outcome(COUNTED, AT_MOST, Standing(without), Standing(with_it))


def answered(without: float, with_it: float, errors: int = 1) -> Outcome:
    return Outcome(FAULTS, AT_LEAST, Standing(without), Standing(with_it, errors))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (counted(1.0, 2.0), "turned red"),
        (counted(1.1, 1.11), "turned red"),
        (counted(1.0, 1.1), "not seen"),
        (counted(2.0, 1.0), "red without it"),
        (counted(2.0, 3.0), "red without it"),
        (answered(1.0, 0.9), "turned red"),
        (answered(1.0, 1.0, errors=0), "not seen"),
        (answered(0.9, 0.8), "red without it"),
    ],
)
def test_what_is_told_of_a_planted_cost(found: Outcome, told: str) -> None:
    assert found.told == told
    assert found.shown is (told == "turned red")
    assert table([found]).row_count == 1


@pytest.mark.parametrize(
    "found",
    [
        Outcome(COUNTED, AT_MOST, Standing(1.0), Standing(None, 3)),
        Outcome(COUNTED, AT_MOST, Standing(1.0), Standing(2.0, 3)),
        Outcome(COUNTED, AT_MOST, Standing(1.0, 3), Standing(2.0)),
        Outcome(FAULTS, AT_LEAST, Standing(1.0, 3), Standing(0.9, 3)),
        Outcome(FAULTS, AT_LEAST, Standing(None), Standing(0.9, 3)),
    ],
)
def test_a_tree_that_does_not_work_shows_nothing(found: Outcome) -> None:
    assert (found.told, found.shown) == ("could not be measured", False)
    assert table([found]).row_count == 1


def test_a_row_is_found_in_what_a_run_prints() -> None:
    said = {
        "rows": [
            {"bar": {"name": "a"}, "ratio": {"median": 1.5, "rounds": 1}, "errors": 0},
            {"bar": {"name": "b"}, "ratio": None, "errors": 2},
        ]
    }
    assert standing(said, "a") == Standing(1.5, 0)
    assert standing(said, "b") == Standing(None, 2)
