"""Waits double, up to a longest one, and no two are quite the same."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.backoff import Backoff

FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=1)
BACKOFF = Backoff(FIRST, LONGEST)


def test_waits_double() -> None:
    assert [BACKOFF.after(failures, 1.0) / FIRST for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_a_wait_is_half_to_whole_and_never_longer_than_the_longest(
    failures: int, chance: float
) -> None:
    wait = BACKOFF.after(failures, chance)
    assert FIRST / 2 <= wait <= LONGEST
    assert BACKOFF.after(failures, 0.0) <= wait <= BACKOFF.after(failures, 1.0)
