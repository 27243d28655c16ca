"""The dashboard is what is made of its description, and asks for figures that are there."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from tests.ops.documented import documented
from tests.ops.operated import EXTERNAL, dashboard, queried, recorded_rules
from tools.dashboard.__main__ import main
from tools.dashboard.grafana import rendered
from tools.dashboard.panel import Panel, Query, Row

Place = dict[str, int]


def _targets() -> Iterator[dict[str, Any]]:
    for panel in dashboard()["panels"]:
        yield from panel.get("targets", [])


def _overlap(one: Place, other: Place) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def test_it_is_what_its_description_gives() -> None:
    assert main(["--check"]) == 0


def test_every_figure_it_asks_for_is_documented() -> None:
    asked = {name for target in _targets() for name in queried(target["expr"])}
    assert len(asked) > 40
    assert asked - documented().keys() - recorded_rules().keys() - EXTERNAL.keys() == set()


def test_it_shows_every_documented_figure() -> None:
    asked = {name for target in _targets() for name in queried(target["expr"])}
    shown = {documented()[name].metric.name for name in asked if name in documented()}
    # What stands in another figure's panel already: how long Init took, from inside.
    left_out = {"upload.init.latency"}
    assert {each.metric.name for each in documented().values()} - shown == left_out


def test_panels_are_whole_and_do_not_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert 0 <= place["x"] <= place["x"] + place["w"] <= 24
        assert panel["title"]
        if panel["type"] != "row":
            assert panel["targets"] != []
            assert panel["fieldConfig"]["defaults"]["unit"]
    places = [panel["gridPos"] for panel in panels]
    assert [pair for pair in combinations(places, 2) if _overlap(*pair)] == []


def test_each_query_goes_to_the_source_that_is_chosen() -> None:
    board = dashboard()
    assert (board["uid"], board["title"]) == ("catalog", "Catalog")
    [variable] = board["templating"]["list"]
    assert (variable["type"], variable["name"]) == ("datasource", "datasource")
    for target in _targets():
        assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert target["expr"].count("(") == target["expr"].count(")")


def test_what_is_too_wide_begins_a_line_of_its_own() -> None:
    panel = Panel("p", "s", [Query("up", "up")], width=16)
    text = rendered([Row("r", [panel, panel])])
    assert text.count('"x": 0') == 3
