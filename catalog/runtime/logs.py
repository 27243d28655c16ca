"""Log lines: JSON for machines, readable on a terminal; libraries speak through the same door."""

import json
import logging
import sys
import time
from typing import Literal

import orjson
import structlog
from structlog.typing import EventDict, Processor

from catalog.application.faults import describe_fault
from catalog.application.work_facts import work_facts

_QUIET = ("httpx", "httpcore", "google", "urllib3", "asyncio", "grpc")
"""Libraries whose informational lines may quote URLs, which can be secrets."""
_PLAIN_TYPES_ALONE = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
)


class NotExported(logging.Handler):
    """Says now and then that a collector takes nothing: the library says it for every batch.

    Its own words are left out. They quote the collector's URL and answer.
    """

    def __init__(self, every_seconds: float = 60.0) -> None:
        super().__init__(logging.WARNING)
        self._every = every_seconds
        self._quiet_until = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Name the part that complains, once in a while."""
        if time.monotonic() < self._quiet_until:
            return
        self._quiet_until = time.monotonic() + self._every
        structlog.get_logger(component="telemetry").warning(
            "telemetry_not_exported", exporter=record.name.rpartition(".")[2]
        )


def merge_work_facts(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Say what is known of the work at hand, unless the line says it itself."""
    for name, fact in work_facts().items():
        event.setdefault(name, fact)
    return event


class _Stamp:
    """Says when and who. Spells a second once, not for each line of it."""

    def __init__(self) -> None:
        self._spelled = (0, "")

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        second, microseconds = divmod(time.time_ns() // 1000, 1_000_000)
        known, text = self._spelled
        if known != second:
            text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._spelled = second, text
        event["timestamp"] = f"{text}.{microseconds:06d}Z"
        event.setdefault("service", "catalog")
        return event


def _shared() -> list[Processor]:
    return [
        merge_work_facts,
        structlog.processors.add_log_level,
        _Stamp(),
    ]


def _without_texts(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Say of a fault that a library logs what we say of our own.

    Its text, its traceback and asyncio's lines on task and arguments may hold secrets.
    """
    record: logging.LogRecord = event["_record"]
    raised = event.pop("exc_info", None)
    fault = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(fault, BaseException):
        event.update(event="library_fault", library=record.name, **describe_fault(fault))
    elif record.name == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    """Write it as JSON; what JSON has no form for as its text.

    Dataclasses too: their texts leave out what is secret, their fields would not.
    """
    try:
        return orjson.dumps(event, str, _PLAIN_TYPES_ALONE).decode()
    except TypeError:  # a number beyond 64 bits, a text that is no Unicode
        return json.dumps(event, default=str)


def _renderer(log_format: Literal["auto", "json", "console"]) -> Processor:
    if log_format == "auto":
        log_format = "console" if sys.stderr.isatty() else "json"
    if log_format == "console":
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return _as_json


def configure(log_format: Literal["auto", "json", "console"], log_level: str) -> None:
    """Set up logging for the process. Call once, before anything logs."""
    level = logging.getLevelNamesMapping()[log_level.upper()]
    renderer = _renderer(log_format)
    structlog.configure(
        processors=[*_shared(), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        foreign_pre_chain=[*_shared(), _without_texts],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    hushed = logging.getLogger("opentelemetry")
    hushed.handlers, hushed.propagate = [NotExported()], False
    # Its pool warns with a traceback for each connection that fails; readiness and calls say it.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
