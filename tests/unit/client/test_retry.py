"""How long a retry waits and when it gives up."""

import time

import pytest

from catalog.client import (
    FileError,
    RetryPolicy,
    ServiceUnavailableError,
    StorageUnavailableError,
)
from catalog.client.retry import is_passing, retrying

QUICK = RetryPolicy(max_attempts=3, first_wait=0.001, longest_wait=0.002, deadline=10)


class Failing:
    """Raises the errors in turn and then returns how often it was called."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> int:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.calls


async def test_passing_trouble_is_retried_until_it_has_passed() -> None:
    work = Failing(StorageUnavailableError("x"), ServiceUnavailableError("y"))

    assert await retrying(QUICK)(work) == 3


async def test_the_last_error_is_raised_when_the_attempts_are_used_up() -> None:
    work = Failing(*(StorageUnavailableError(str(number)) for number in range(9)))

    with pytest.raises(StorageUnavailableError, match="2"):
        await retrying(QUICK)(work)

    assert work.calls == 3


async def test_trouble_that_stays_is_not_retried() -> None:
    work = Failing(FileError("x"))

    with pytest.raises(FileError):
        await retrying(QUICK)(work)

    assert work.calls == 1


async def test_a_wait_that_was_asked_for_is_kept_up_to_the_longest_allowed() -> None:
    policy = RetryPolicy(
        max_attempts=3, first_wait=0.001, longest_wait=0.002, deadline=10, longest_asked_wait=0.2
    )
    work = Failing(
        StorageUnavailableError("x", retry_after=0.1),
        StorageUnavailableError("x", retry_after=3600),
    )

    started = time.monotonic()
    await retrying(policy)(work)

    assert 0.3 <= time.monotonic() - started < 5


async def test_waits_grow_within_their_bounds_and_are_not_all_alike() -> None:
    policy = RetryPolicy(max_attempts=40, first_wait=0.001, longest_wait=0.004, deadline=10)
    waits: list[float] = []
    runs = retrying(policy)
    runs.before_sleep = lambda state: waits.append(state.upcoming_sleep)

    await runs(Failing(*(StorageUnavailableError("x") for _ in range(30))))

    assert len(waits) == 30
    assert all(0 <= wait <= 0.004 for wait in waits)
    assert len(set(waits)) > 15


def test_only_passing_trouble_is_tried_again() -> None:
    assert is_passing(ServiceUnavailableError("x"))
    assert not is_passing(ValueError())
