"""What was recorded of each fault is there, and written as promtool reads it."""

from tests.ops.injected import INJECTED
from tests.ops.operated import EXTERNAL, RECORDED, alerts, figures_of_rules, rule_tests
from tests.ops.recording import STRETCH, Recording, notation

SHOWN = """\
# TYPE upload_waiting gauge
upload_waiting{age="over_7d"} 2.0
# TYPE outbox_oldest_age_seconds gauge
outbox_oldest_age_seconds 1.5
# TYPE other gauge
other 7.0
"""


def test_ten_faults_and_a_quiet_hour_are_recorded() -> None:
    assert len(INJECTED) == 11
    assert {file.stem for file in RECORDED.glob("*.yaml")} == set(INJECTED)


def test_every_fault_demands_an_alert_that_there_is() -> None:
    demanded = {name: injected.alert for name, injected in INJECTED.items()}
    assert demanded.pop("quiet_hour") is None
    assert set(demanded.values()) <= {alert.name for alert in alerts()}
    for file, test in rule_tests(RECORDED):
        asked = " ".join(case["expr"] for case in test["promql_expr_test"])
        assert (demanded.get(file.stem) or "firing") in asked


def test_the_quiet_hour_lasts_an_hour_and_demands_silence() -> None:
    [test] = [test for file, test in rule_tests(RECORDED) if file.stem == "quiet_hour"]
    [case] = test["promql_expr_test"]
    assert case["exp_samples"] == []
    assert "alertname=" not in case["expr"]
    assert int(case["eval_time"].removesuffix("s")) >= 3600


def test_a_recording_holds_the_figures_that_rules_ask_for() -> None:
    [test] = [test for file, test in rule_tests(RECORDED) if file.stem == "quiet_hour"]
    held = {series["series"].partition("{")[0] for series in test["input_series"]}
    # Nobody's process, and fetched by nobody: Cloud Monitoring's are not recorded.
    assert figures_of_rules() - held <= EXTERNAL.keys() - {"up"}


def test_only_what_is_wanted_is_kept_and_ages_are_stretched() -> None:
    recording = Recording(frozenset({"upload_waiting", "outbox_oldest_age_seconds"}))
    recording.add({"a:9090": SHOWN})
    assert recording.lines() == [
        ('outbox_oldest_age_seconds{instance="a:9090", job="catalog"}', str(round(1.5 * STRETCH))),
        ('upload_waiting{instance="a:9090", job="catalog", age="over_7d"}', "2"),
        ('up{instance="a:9090", job="catalog"}', "1"),
    ]


def test_what_does_not_answer_leaves_a_gap() -> None:
    recording = Recording(frozenset({"upload_waiting"}))
    recording.add({"a:9090": None})
    recording.add({"a:9090": SHOWN})
    recording.add({"a:9090": None})
    assert [said for _, said in recording.lines()] == ["_ 2 _", "0 1 0"]


def test_values_are_spelled_as_promtool_reads_them() -> None:
    assert notation([1.0, 1.0, 1.0, 1.0, 2.5, None]) == "1x3 2.5 _"
    assert notation([None] * 5 + [1234567.0, -0.25]) == "_x5 1234567 -0.25"
