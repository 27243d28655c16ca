"""Planted costs fit the tree as it is, and count as seen only when green turned red."""

import pytest

from bench.planted import PLANTED, ROOT, Outcome, Planted, of_row
from bench.registry import activities, bars


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_cost_changes_the_tree_and_names_a_row(planted: Planted) -> None:
    for edit in planted.edits:
        text = (ROOT / edit.file).read_text("utf-8")
        assert edit.applied_to(text) != text
    assert planted.row in {bar.name for bar in bars()}
    assert planted.scenario in activities()


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("met", "missed", True),
        ("met", "met", False),
        ("missed", "missed", False),
        ("met", "not measured", False),
    ],
)
def test_only_a_row_that_turned_red_has_seen_it(before: str, after: str, *, seen: bool) -> None:
    assert Outcome(PLANTED[0], (before, 1.0), (after, 2.0)).seen is seen


def test_a_row_is_found_in_what_a_run_prints() -> None:
    rows = [
        {"bar": {"name": "a"}, "verdict": "met", "ratio": {"median": 1.5}},
        {"bar": {"name": "b"}, "verdict": "not measured", "ratio": None},
    ]
    assert of_row({"rows": rows}, "a") == ("met", 1.5)
    assert of_row({"rows": rows}, "b")[0] == "not measured"
