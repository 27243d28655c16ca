"""Fixtures for all tests, each of which lives in tests/support, and the order of their files."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# gRPC's handlers of fork() crash one in three children that are forked while calls are under way,
# as PostgreSQL is where root starts it as somebody else. Nothing here uses gRPC after a fork.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

pytest_plugins = ["tests.support.postgres", "tests.support.service"]

_LONG = [Path(__file__).parent / folder for folder in ("e2e", "integration")]


def pytest_configure(config: pytest.Config) -> None:
    """Let examples take as long as they do, and processes of ours be interrupted.

    Whoever is started in the background by a shell ignores SIGINT, and so would its children.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.register_profile(
        "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers take whole files, those of seconds first, so that they end at the same time.

    Within both parts the order stays random.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not any(item.path.is_relative_to(folder) for folder in _LONG))
