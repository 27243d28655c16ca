"""What is chosen brings its bare parts along."""

import pytest

from bench.registry import UnknownScenarioError, activities, bars, chosen


def names(*wanted: str) -> set[str]:
    return {activity.name for activity in chosen(wanted)}


def test_without_a_choice_everything_is_measured_that_does_not_take_minutes() -> None:
    assert names() == {name for name, activity in activities().items() if not activity.long}


def test_a_scenario_comes_with_its_parts() -> None:
    assert names("init_new") == {"init_new", "empty_call", "bare_upsert", "signature"}


def test_so_do_the_parts_of_what_it_is_held_against() -> None:
    assert names("callback_refused") == {
        "callback_refused",
        "callback_new",
        "empty_post",
        "token_check",
        "bare_completion",
    }


def test_a_family_is_all_of_its_scenarios() -> None:
    assert {"init_new", "init_repeated", "init_completed"} <= names("init")


def test_a_name_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(UnknownScenarioError, match=r"no scenario inti; there are: .*init_new"):
        chosen(["inti"])


def test_every_bar_is_about_something_that_can_be_measured() -> None:
    about = {each for bar in bars() for each in (bar.scenario, *bar.limit)}
    assert about <= set(activities())


def test_what_is_held_against_each_other_has_its_turns_side_by_side() -> None:
    order = list(activities())
    assert order[:4] == ["empty_call", "bare_upsert", "signature", "init_new"]
    for bar in bars():
        places = [order.index(name) for name in (*bar.limit, bar.scenario)]
        assert max(places) - min(places) <= 8
