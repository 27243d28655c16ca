"""Seen from inside pytest: which tests failed, and whether by their own word.

A plugin, loaded with `-p tests.mutants.witness --witness=FILE`: the summary
for people does not tell a failed assertion from a broken import, and node ids
are cut short in it.
"""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

import catalog


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--witness", type=Path, help="write one JSON object a phase of a test here")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to judge a tree by the product of another one."""
    if not Path(catalog.__file__).resolve().is_relative_to(config.rootpath.resolve()):
        raise pytest.UsageError(f"catalog is imported from {catalog.__file__}, not from this copy")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fault = call.excinfo.value if call.excinfo else None
    seen = {
        "test": report.nodeid,
        "phase": report.when,
        "failed": report.failed,
        "by_assertion": fault is not None and is_assertion(fault),
        "fault": _named(fault),
    }
    with item.config.getoption("--witness").open("a", encoding="utf-8") as file:
        file.write(json.dumps(seen) + "\n")
    return report


def is_assertion(fault: BaseException) -> bool:
    """True for what tests say with `assert` or `pytest.raises`, also out of a task group.

    A test that was stopped for taking too long says nothing.
    """
    if isinstance(fault, BaseExceptionGroup):
        return any(map(is_assertion, fault.exceptions))
    if isinstance(fault, pytest.fail.Exception):
        return not str(fault).startswith("Timeout")
    return isinstance(fault, AssertionError)


def _named(fault: BaseException | None) -> str:
    if isinstance(fault, BaseExceptionGroup):
        return ", ".join(map(_named, fault.exceptions))
    return "" if fault is None else type(fault).__name__
