"""How much is done at once, and how often one user may ask."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.application.limits import Places, TokenBuckets, WorkBudget


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


def test_work_may_take_its_share_of_the_time_and_no_more() -> None:
    clock = Clock()
    budget = WorkBudget(share=0.5, burst_seconds=1, clock=clock)
    worked = 0.0
    for _ in range(1000):
        clock.now += 0.01
        if not budget.spent():
            budget.spend(0.02)
            worked += 0.02
    assert 0.5 * 10 <= worked <= 0.5 * 10 + 1 + 0.02


def test_what_is_saved_up_while_nothing_is_to_do_is_bounded() -> None:
    clock = Clock()
    budget = WorkBudget(share=0.5, burst_seconds=0.25, clock=clock)
    assert not budget.spent()
    clock.now += 3600
    assert not budget.spent()
    budget.spend(0.25)
    assert budget.spent()
    clock.now += 0.01
    assert not budget.spent()


def test_work_that_took_longer_than_there_was_is_made_up_for() -> None:
    clock = Clock()
    budget = WorkBudget(share=0.5, burst_seconds=0.25, clock=clock)
    assert not budget.spent()
    budget.spend(1.25)
    clock.now += 1.9
    assert budget.spent()
    clock.now += 0.2
    assert not budget.spent()


def test_work_that_stands_for_others_counts_for_them_up_to_a_burst() -> None:
    clock = Clock()
    budget = WorkBudget(share=0.5, burst_seconds=0.25, clock=clock)
    assert not budget.spent()
    budget.spend(0.03, times=8)
    assert not budget.spent()
    budget.spend(0.03, times=8)
    assert budget.spent()
    clock.now += 10
    assert not budget.spent()
    budget.spend(0.25, times=1000)
    clock.now += 0.4
    assert budget.spent()
    clock.now += 0.2
    assert not budget.spent()


def test_without_a_share_work_takes_what_it_needs() -> None:
    budget = WorkBudget(share=0)
    budget.spend(1000)
    assert not budget.spent()


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
