"""Planted costs fit the tree as it is, and count as seen only when green turned red."""

import pytest

from bench.planted import PLANTED, ROOT, Outcome, Planted, Standing, of_row
from bench.registry import activities, bars
from bench.spread import Spread


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_cost_changes_the_tree_and_names_a_row(planted: Planted) -> None:
    for edit in planted.edits:
        text = (ROOT / edit.file).read_text("utf-8")
        assert edit.applied_to(text) != text
    assert planted.row in {bar.name for bar in bars()}
    assert planted.scenario in activities()


def standing(verdict: str, *ratios: float) -> Standing:
    return Standing(verdict, Spread.of(ratios) if ratios else None)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (standing("met", 1.0, 1.2), standing("missed", 1.1, 1.5), "turned red"),
        (standing("met", 1.0), standing("met", 1.1), "not seen"),
        (standing("met", 1.0), standing("not measured"), "not seen"),
        (standing("missed", 2.0, 2.2), standing("missed", 2.1, 3.0), "not seen"),
        (
            standing("missed", 2.0, 2.2),
            standing("missed", 2.6, 3.0),
            "red before, and clearly worse",
        ),
    ],
)
def test_what_is_told_of_a_planted_cost(before: Standing, after: Standing, told: str) -> None:
    outcome = Outcome(PLANTED[0], before, after)
    assert outcome.told == told
    assert outcome.turned_red is (told == "turned red")


def test_a_row_is_found_in_what_a_run_prints() -> None:
    ratio = {"median": 1.5, "least": 1.0, "most": 2.0, "rounds": 3}
    rows = [
        {"bar": {"name": "a"}, "verdict": "met", "ratio": ratio},
        {"bar": {"name": "b"}, "verdict": "not measured", "ratio": None},
    ]
    assert of_row({"rows": rows}, "a") == Standing("met", Spread(1.5, 1.0, 2.0, 3))
    assert of_row({"rows": rows}, "b") == Standing("not measured", None)
