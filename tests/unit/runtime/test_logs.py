"""Lines as machines and people read them, and libraries that must not say too much."""

import asyncio
import gc
import json
import logging
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import pytest
import structlog

from catalog.application.work_facts import begin_work, learn
from catalog.domain.upload import Effect
from catalog.runtime import logs

CANARY = "c4n4ry"


@dataclass(frozen=True, slots=True)
class Said:
    """What goes to standard error."""

    captured: pytest.CaptureFixture[str]

    def text(self) -> str:
        return self.captured.readouterr().err

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Said]:
    """Leaves logging as it was."""
    root, ours = logging.getLogger(), logging.getLogger("opentelemetry")
    structured = structlog.get_config()
    before = (root.handlers[:], root.level, ours.handlers[:], ours.propagate)
    yield Said(capsys)
    root.handlers, root.level = before[0], before[1]
    ours.handlers, ours.propagate = before[2], before[3]
    # The very same processors: loggers that others hold on to go on being captured by tests.
    structlog.configure(**structured)
    begin_work({})


def test_a_line_for_machines_names_what_is_bound(said: Said) -> None:
    logs.configure("json", "info")
    begin_work({"trace_id": "t-1"})
    learn(upload_id="u-1")
    before = datetime.now(UTC)
    structlog.get_logger(component="push").info("push", status=204)
    (line,) = said.lines()
    stamped = str(line.pop("timestamp"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", stamped)
    assert before <= datetime.fromisoformat(stamped) <= datetime.now(UTC)
    assert line == {
        "component": "push",
        "status": 204,
        "event": "push",
        "trace_id": "t-1",
        "upload_id": "u-1",
        "level": "info",
        "service": "catalog",
    }


@dataclass(frozen=True, slots=True)
class Odd:
    """Something with a secret of its own."""

    name: str
    secret: str = field(default=CANARY, repr=False)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Odd("a"), "Odd(name='a')"),
        ([Odd("a")], ["Odd(name='a')"]),
        (Effect.RENEWED, "renewed"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2026, 11, 22, 3, tzinfo=UTC), "2026-11-22 03:00:00+00:00"),
        (Counter(a=1), {"a": 1}),
        ({7: "seven"}, {"7": "seven"}),
        (2**80, 2**80),
        ("caf\u00e9 \ud800", "caf\u00e9 \ud800"),
        (b"raw", "b'raw'"),
        (None, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_of_any_kind_is_shown_and_a_dataclass_only_by_its_text(
    said: Said, value: object, shown: object
) -> None:
    logs.configure("json", "info")
    structlog.get_logger().info("odd", value=value)
    (line,) = said.lines()
    assert line["value"] == shown
    assert CANARY not in str(line)


def test_a_line_of_a_library_carries_the_same(said: Said) -> None:
    logs.configure("json", "info")
    learn(trace_id="t-1")
    logging.getLogger("grpc").warning("something %s", "odd")
    (line,) = said.lines()
    assert (line["event"], line["trace_id"], line["level"]) == ("something odd", "t-1", "warning")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_fault_that_a_library_logs_is_named_without_its_text(
    said: Said, log_format: Literal["json", "console"]
) -> None:
    logs.configure(log_format, "info")
    fault = ValueError(CANARY)
    logging.getLogger("grpc").error("boom: %s", fault, exc_info=fault)
    (line,) = said.text().splitlines()
    assert "library_fault" in line
    assert "builtins.ValueError" in line
    assert CANARY not in line


async def test_a_task_whose_fault_nobody_asked_for_is_named_without_its_text(said: Said) -> None:
    gc.collect()  # what other tests left is theirs
    logs.configure("json", "info")

    async def work() -> None:
        raise ValueError(CANARY)

    task = asyncio.create_task(work())
    await asyncio.wait([task])
    del task
    gc.collect()
    (line,) = said.lines()
    assert (line["event"], line["library"]) == ("library_fault", "asyncio")
    assert line["error_types"] == "builtins.ValueError"
    assert CANARY not in str(line)


def test_a_line_for_people_is_one_line_with_names(said: Said) -> None:
    logs.configure("console", "info")
    structlog.get_logger(component="push").info("push", upload_id="u-1")
    (line,) = said.text().splitlines()
    assert "push" in line
    assert "u-1" in line
    assert "upload_id" in line


def test_what_is_below_the_level_is_not_said(said: Said) -> None:
    logs.configure("json", "warning")
    structlog.get_logger(component="push").info("push")
    assert said.text() == ""


def test_a_collector_that_takes_nothing_is_one_line_without_its_words(said: Said) -> None:
    logs.configure("json", "info")
    exporter = logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    for _ in range(100):
        exporter.warning("Transient error at https://user:%s@collector", CANARY)
        exporter.error("Failed to export: %s", CANARY)
    (line,) = said.lines()
    assert (line["event"], line["exporter"]) == ("telemetry_not_exported", "trace_exporter")
    assert CANARY not in str(line)
