"""Planted costs fit the tree as it is, and are seen only in rows that grew by what they cost."""

import pytest

from bench.bars import Bar
from bench.planted import ROOT, table
from bench.planted_costs import PLANTED, Planted
from bench.planted_outcome import Outcome, Pair, Standing, standing
from bench.registry import activities, bars
from bench.sample import CPU, RATE

CPU_BAR = Bar("a", "a", CPU, 1.25, ("part",))
RATE_BAR = Bar("b", "b", RATE, 0.7, ("part",), at_most=False)
COSTLY = Planted("costly", "", (), "a", "a", parts=("part",))
DOUBLED = Planted("doubled", "", (), "b", "b", times=2.0)
EXACT = Planted("exact", "", (), "b", "b", exact=True)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_cost_changes_the_tree_and_names_a_row(planted: Planted) -> None:
    for edit in planted.edits:
        text = (ROOT / edit.file).read_text("utf-8")
        assert edit.applied_to(text) != text
    assert planted.row in {bar.name for bar in bars()}
    assert {planted.scenario, *planted.parts} <= activities().keys()


def outcome(planted: Planted, *ratios: tuple[float, float], cost: float = 0.4) -> Outcome:
    pairs = [Pair(Standing(one, cost=cost), Standing(other)) for one, other in ratios]
    return Outcome(planted, CPU_BAR if planted is COSTLY else RATE_BAR, pairs)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (outcome(COSTLY, (1.0, 1.3), (1.1, 1.4), (1.2, 1.5)), "turned red"),
        (outcome(COSTLY, (1.24, 1.26), (1.23, 1.27), (1.2, 1.26)), "not seen"),
        (outcome(COSTLY, (1.0, 1.5), (1.0, 1.6), (1.4, 1.3)), "not seen"),
        (outcome(COSTLY, (0.5, 0.9), (0.5, 0.9), (0.5, 0.9)), "dearer, but not red"),
        (outcome(COSTLY, (2.0, 2.4), (2.4, 2.9), (1.9, 2.2)), "red before, and redder"),
        (outcome(COSTLY, (2.0, 2.1), (2.4, 2.5), (1.9, 2.0)), "not seen"),
        (outcome(DOUBLED, (0.8, 0.3), (0.9, 0.4)), "turned red"),
        (outcome(DOUBLED, (0.6, 0.2), (0.5, 0.1)), "red before, and redder"),
        (outcome(DOUBLED, (0.8, 0.6), (0.9, 0.6)), "not seen"),
        (outcome(EXACT, (1.0, 0.6)), "turned red"),
        (outcome(EXACT, (1.0, 1.0)), "not seen"),
    ],
)
def test_what_is_told_of_a_planted_cost(found: Outcome, told: str) -> None:
    assert found.told == told
    assert found.shown is (told in {"turned red", "red before, and redder"})
    assert table([found]).row_count == 1


@pytest.mark.parametrize("broken", [Standing(None, 3), Standing(9.0, 3)])
def test_a_tree_that_the_cost_broke_shows_nothing(broken: Standing) -> None:
    found = Outcome(COSTLY, CPU_BAR, [Pair(Standing(1.0, cost=0.4), broken)])
    assert (found.told, found.shown) == ("could not be measured", False)


def test_a_row_and_what_its_parts_cost_are_found_in_what_a_run_prints() -> None:
    said = {
        "rows": [
            {
                "bar": {"name": "a", "figure": CPU},
                "ratio": {"median": 1.5, "least": 1.0, "most": 2.0, "rounds": 3},
                "reference": {"median": 0.002, "least": 0.002, "most": 0.002, "rounds": 3},
                "errors": 0,
            },
            {"bar": {"name": "b", "figure": RATE}, "ratio": None, "reference": None, "errors": 2},
        ],
        "samples": [
            {
                "activity": "part",
                "round": 1,
                "measured": {"operations": 1000, "seconds": 1.0, "cpu_seconds": 0.5},
            }
        ],
    }
    assert standing(said, COSTLY) == Standing(1.5, 0, 0.0005 / 0.002)
    assert standing(said, DOUBLED) == Standing(None, 2)
