"""What operators are given under deploy/ and docs/runbooks/, read as data."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
PROMETHEUS = REPOSITORY / "deploy" / "prometheus"
RULE_TESTS = PROMETHEUS / "tests"
RECORDED = RULE_TESTS / "recorded"
DASHBOARD = REPOSITORY / "deploy" / "grafana" / "catalog.json"
RUNBOOKS = REPOSITORY / "docs" / "runbooks"

_SUBSCRIPTION = "stackdriver_pubsub_subscription_pubsub_googleapis_com_subscription"
EXTERNAL = {
    "up": "Prometheus: whether a target answered",
    "ALERTS": "Prometheus: what fires",
    f"{_SUBSCRIPTION}_oldest_unacked_message_age": "Cloud Monitoring",
    f"{_SUBSCRIPTION}_num_undelivered_messages": "Cloud Monitoring",
}
"""Figures that are not ours, and whose they are. Those of Cloud Monitoring (Google Cloud docs,
"Metrics list", pubsub) are spelled as prometheus-community/stackdriver_exporter does it: the
resource's type, then the figure's.
"""

_QUERIED = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{")


@dataclass(frozen=True, slots=True)
class Alert:
    name: str
    expr: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def queried(expr: str) -> set[str]:
    """Names of the figures in a query: each is written with its selector."""
    return set(_QUERIED.findall(expr))


def _rules() -> Iterator[Mapping[str, Any]]:
    for file in _loaded():
        for group in yaml.safe_load((PROMETHEUS / file).read_text("utf-8"))["groups"]:
            yield from group["rules"]


def _loaded() -> Sequence[str]:
    """Names of the files that the example of a configuration loads."""
    loading = yaml.safe_load((PROMETHEUS / "prometheus.yaml").read_text("utf-8"))
    named: Sequence[str] = loading["rule_files"]
    return named


@cache
def alerts() -> Sequence[Alert]:
    """In the order of the file; a promise has one for each of its speeds."""
    return [
        Alert(rule["alert"], rule["expr"], rule["labels"], rule["annotations"])
        for rule in _rules()
        if "alert" in rule
    ]


@cache
def recorded_rules() -> Mapping[str, Sequence[str]]:
    """Names of series that the rules record, with their expressions."""
    found: dict[str, list[str]] = {}
    for rule in _rules():
        if "record" in rule:
            found.setdefault(rule["record"], []).append(rule["expr"])
    return found


def figures_of_rules() -> set[str]:
    """Names of all series that the rules take from elsewhere."""
    names: set[str] = set()
    for rule in _rules():
        names |= queried(rule["expr"])
    return names - recorded_rules().keys()


def rule_tests(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every promtool test of a folder, with the file it stands in."""
    for file in sorted(folder.glob("*.yaml")):
        for test in yaml.safe_load(file.read_text("utf-8"))["tests"]:
            yield file, test


def dashboard() -> Mapping[str, Any]:
    """The dashboard as Grafana reads it."""
    read: Mapping[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    return read
