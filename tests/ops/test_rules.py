"""The rules ask for figures that are there, and every alert says what somebody needs."""

import re

import pytest

from tests.ops.documented import documented
from tests.ops.operated import (
    EXTERNAL,
    RECORDED,
    REPOSITORY,
    RULE_TESTS,
    RUNBOOKS,
    Alert,
    alerts,
    figures_of_rules,
    recorded_rules,
    rule_tests,
)

_SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
_LABEL = re.compile(r'(\w+)\s*(=~|!=|=)\s*"([^"]*)"')
_FREE = {"job", "instance", "le"}
NAMES = sorted({alert.name for alert in alerts()})
EXPRESSIONS = [alert.expr for alert in alerts()] + [
    expr for exprs in recorded_rules().values() for expr in exprs
]


def test_every_figure_that_a_rule_asks_for_is_documented() -> None:
    assert len(figures_of_rules()) > 25
    assert figures_of_rules() - documented().keys() - EXTERNAL.keys() == set()


def test_every_label_that_a_rule_asks_for_can_have_that_value() -> None:
    wrong = []
    for expr in EXPRESSIONS:
        for name, inner in _SELECTOR.findall(expr):
            metric = documented()[name].metric if name in documented() else None
            for label, how, value in _LABEL.findall(inner) if metric else ():
                assert metric is not None
                known = metric.labels.get(label, ())
                asked = value.split("|") if how == "=~" else [value]
                if label not in _FREE and not set(asked) <= set(known):
                    wrong.append((name, label, value))
    assert wrong == []


def test_every_bound_that_a_rule_asks_for_is_a_bucket() -> None:
    asked = [
        (name, bound)
        for expr in EXPRESSIONS
        for name, inner in _SELECTOR.findall(expr)
        for bound in re.findall(r'le=~?"([^"]*)"', inner)
    ]
    assert len(asked) >= 21
    assert [
        (name, bound)
        for name, bound in asked
        if not set(bound.split("|")) & documented()[name].bounds
    ] == []


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: f"{alert.name} {alert.labels}")
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(alert: Alert) -> None:
    assert alert.labels["severity"] in {"page", "ticket"}
    assert alert.annotations.keys() == {"summary", "description", "runbook_url"}
    assert alert.annotations["description"].endswith(".")
    assert alert.annotations["runbook_url"] == f"docs/runbooks/{alert.name}.md"


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    pages = {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == set(NAMES)
    index = (RUNBOOKS / "README.md").read_text("utf-8")
    assert set(re.findall(r"^\| \[(\w+)\]\(\1\.md\)", index, re.MULTILINE)) == pages


@pytest.mark.parametrize("name", NAMES)
def test_every_alert_is_tried_firing_and_silent(name: str) -> None:
    cases = [
        bool(case["exp_alerts"])
        for _, test in rule_tests(RULE_TESTS)
        for case in test["alert_rule_test"]
        if case["alertname"] == name
    ]
    assert set(cases) == {True, False}


def test_each_speed_at_which_a_promise_burns_is_tried() -> None:
    tried = {
        (case["alertname"], expected["exp_labels"].get("burn"))
        for _, test in rule_tests(RULE_TESTS)
        for case in test["alert_rule_test"]
        for expected in case["exp_alerts"]
    }
    speeds = {(alert.name, alert.labels["burn"]) for alert in alerts() if "burn" in alert.labels}
    assert len(speeds) == 12
    assert speeds <= tried


def test_the_tests_of_rules_are_all_run() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    for folder in (RULE_TESTS, RECORDED):
        assert f"{folder.relative_to(REPOSITORY)}/*.yaml" in makefile
