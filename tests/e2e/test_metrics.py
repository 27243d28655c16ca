"""After one demo run every documented figure is there, as it is documented."""

import asyncio
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from catalog.application.metrics.metric import Counter, Histogram, Metric
from catalog.application.metrics.table import METRICS
from catalog.devstack.demo import run_demo
from catalog.devstack.stack import LocalStack
from tests.support.waiting import seen
from tools.docs_from_code.metrics_page import prometheus_name

OPEN_METRICS = {"accept": "application/openmetrics-text"}
UNITS = {"s": "seconds", "By": "bytes"}
PRIVATE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{16}|://|videos/|\.mp4|[Bb]earer|password")
MIB = 1024 * 1024


def family_name(metric: Metric) -> str:
    return prometheus_name(metric).removesuffix("_total")


async def demo_figures(film: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Both formats of what the service shows once all has been looked at after the demo."""
    monkeypatch.setenv("CATALOG_TELEMETRY__LEVELS_INTERVAL_SECONDS", "1")
    shown: list[str] = []
    expected = {family_name(metric) for metric in METRICS}

    async def scrape(stack: LocalStack) -> None:
        async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
            url = stack.endpoints.metrics

            async def scraped() -> httpx.Response:
                await asyncio.sleep(0.2)  # parsing takes its time: leave some to the service
                return await http.get(url)

            plain = await seen(
                scraped,
                lambda answer: expected <= set(families(answer.text)) and _is_swept(answer.text),
            )
            shown.extend([plain.text, (await http.get(url, headers=OPEN_METRICS)).text])

    await run_demo(film, Console(file=io.StringIO()), scrape)
    return shown[0], shown[1]


def _is_swept(text: str) -> bool:
    ages = families(text)["sweep_finished_age_seconds"].samples
    return {sample.labels["sweep"] for sample in ages} == {"bucket", "waiting", "completed"}


def families(text: str) -> Mapping[str, Family]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def check(metric: Metric, family: Family) -> None:
    assert family.type == type(metric).__name__.lower(), metric.name
    assert family.documentation == metric.description
    assert family.samples, metric.name
    for sample in family.samples:
        labels = dict(sample.labels)
        if isinstance(metric, Histogram):
            labels.pop("le", None)
        assert labels.keys() == metric.labels.keys(), sample
        for name, value in labels.items():
            assert value in metric.labels[name], sample


def total(family: Family, **labels: str) -> float:
    return sum(
        sample.value for sample in family.samples if labels.items() <= dict(sample.labels).items()
    )


@pytest.mark.timeout(300)
async def test_every_documented_figure_is_there_with_name_type_unit_and_bounded_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "holiday.mp4"
    film.write_bytes(os.urandom(20 * MIB))
    plain, in_open_metrics = await demo_figures(film, monkeypatch)

    found = families(plain)
    assert set(found) == {family_name(metric) for metric in METRICS}
    for metric in METRICS:
        check(metric, found[family_name(metric)])
    spelled = open_families(in_open_metrics)  # type: ignore[no-untyped-call]  # ships no types
    units = {family.name: family.unit for family in spelled}
    for metric in METRICS:
        if metric.unit in UNITS and not isinstance(metric, Counter):
            assert units[family_name(metric)] == UNITS[metric.unit]
    assert sum(len(family.samples) for family in found.values()) <= 500
    series = [line.rpartition(" ")[0] for line in plain.splitlines() if line[0] != "#"]
    assert not [each for each in series if PRIVATE.search(each)]

    assert total(found["upload_init_count"], result="new") == 1
    assert total(found["callback_count"], outcome="completed") == 1
    assert total(found["upload_finalize_count"], actor="push", outcome="completed") == 1
    assert total(found["outbox_attempt_count"], result="published") >= 1
    assert total(found["outbox_relay_shards"]) == 64
    assert total(found["outbox_topic_up"]) == total(found["db_up"]) == 1
    assert total(found["http_server_count"], route="callback", status="2xx") >= 1
    assert total(found["worker_healthy"]) == 7
    assert total(found["process_cpu_time_seconds"]) > 0
    assert total(found["process_memory_usage_bytes"]) > 10 * MIB
