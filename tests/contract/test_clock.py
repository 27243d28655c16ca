"""The time outside the database."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.adapters.memory.clock import MovableClock
from catalog.application.ports import Clock
from catalog.runtime.clock import SystemClock
from tests.support.builders import NOW


@pytest.fixture(params=["memory", "system"])
def clock(request: pytest.FixtureRequest) -> Clock:
    return MovableClock(NOW) if request.param == "memory" else SystemClock()


def test_time_is_aware_and_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


def test_time_does_not_run_backwards(clock: Clock) -> None:
    assert clock.now() <= clock.now()


def test_the_machines_time_is_now() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_movable_clock_moves_when_told() -> None:
    clock = MovableClock(NOW)
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOW + timedelta(hours=1)
