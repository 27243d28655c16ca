"""The table of figures."""

import re

from catalog.application.metrics.metric import Histogram
from catalog.application.metrics.table import METRICS, most_series

UNIT = re.compile(r"s|By|1|\{[a-z]+\}")


def test_a_process_shows_no_more_than_500_series_whatever_happens() -> None:
    assert sum(most_series(metric) for metric in METRICS) <= 500


def test_every_figure_has_a_name_of_its_own_a_unit_and_a_sentence() -> None:
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)
    for metric in METRICS:
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", metric.name)
        assert UNIT.fullmatch(metric.unit), metric.name
        assert metric.description.endswith("."), metric.name


def test_buckets_grow() -> None:
    for metric in METRICS:
        if isinstance(metric, Histogram):
            assert list(metric.bounds) == sorted(set(metric.bounds))
            assert metric.bounds
