"""What is chosen brings its bare parts along."""

import pytest

from bench.bars import BARS, WHOLES
from bench.registry import UnknownScenarioError, activities, bars, chosen


def names(*wanted: str) -> set[str]:
    return {activity.name for activity in chosen(wanted)}


def test_without_a_choice_everything_is_measured_that_does_not_take_minutes() -> None:
    assert names() == {name for name, activity in activities().items() if not activity.long}


def test_a_scenario_comes_with_its_parts() -> None:
    parts = {"empty_call", "bare_upsert", "signature"}
    assert names("init_new") == {"init_new", "bare_init", *parts}
    assert names("bare_init") == {"bare_init", *parts}


def test_so_do_the_parts_of_what_it_is_held_against() -> None:
    assert names("callback_refused") == {
        "callback_refused",
        "callback_new",
        "empty_post",
        "token_check",
        "bare_completion",
        "bare_push",
    }


def test_a_family_is_all_of_its_scenarios() -> None:
    assert {"init_new", "init_repeated", "init_completed"} <= names("init")


def test_a_name_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(UnknownScenarioError, match=r"no scenario inti; there are: .*init_new"):
        chosen(["inti"])


def test_every_bar_is_about_something_that_can_be_measured() -> None:
    about = {each for bar in (*bars(), *WHOLES) for each in (bar.scenario, *bar.limit)}
    assert about <= set(activities())


def test_what_is_held_against_each_other_has_its_turns_side_by_side() -> None:
    order = list(activities())
    assert order[:5] == ["empty_call", "bare_upsert", "signature", "bare_init", "init_new"]
    for bar in (*bars(), *WHOLES):
        places = [order.index(name) for name in (*bar.limit, bar.scenario)]
        assert max(places) - min(places) <= 8


def test_a_bare_whole_has_the_parts_and_the_factor_of_the_bar_it_explains() -> None:
    by_parts = {bar.limit: bar for bar in BARS}
    for whole, scenario in zip(WHOLES, ("init_new", "callback_new"), strict=True):
        explained = by_parts[whole.limit]
        beside = by_parts[(whole.scenario,)]
        assert explained.scenario == beside.scenario == scenario
        assert whole.factor == explained.factor == beside.factor
