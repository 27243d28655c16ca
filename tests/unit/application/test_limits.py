"""How much is done at once, and how often one user may ask."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.application.limits import Places, TokenBuckets


@dataclass(slots=True)
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_place_that_is_given_back_can_be_taken_again() -> None:
    places = Places(2)
    assert [places.take() for _ in range(3)] == [True, True, False]
    places.give_back()
    assert places.take()
    assert not places.take()


def test_a_user_may_use_the_burst_at_once_and_is_told_when_to_come_again() -> None:
    clock = Clock()
    buckets = TokenBuckets(per_second=2, burst=3, clock=clock)
    assert [buckets.take("one") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("another") == 0
    clock.now += 0.5
    assert buckets.take("one") == 0
    assert buckets.take("one") == 0.5


def test_a_rate_of_nothing_limits_nobody() -> None:
    buckets = TokenBuckets(per_second=0, burst=1)
    assert {buckets.take("one") for _ in range(1000)} == {0}


def test_memory_is_bounded_and_those_who_call_now_are_remembered() -> None:
    buckets = TokenBuckets(per_second=0.001, burst=1, most_keys=10)
    assert buckets.take("frequent") == 0
    for stranger in range(100):
        assert buckets.take(stranger) == 0
        assert buckets.take("frequent") > 0
    assert len(buckets._buckets) == 10


@settings(deadline=None)
@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5), st.integers(1, 4))
def test_nobody_gets_more_than_burst_and_rate_allow(
    pauses: list[float], burst: int, rate: int
) -> None:
    clock = Clock()
    buckets = TokenBuckets(per_second=rate, burst=burst, clock=clock)
    granted = 0
    for pause in pauses:
        clock.now += pause
        granted += buckets.take("one") == 0
    assert granted <= burst + sum(pauses) * rate + 1e-6
