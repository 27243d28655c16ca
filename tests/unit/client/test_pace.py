"""Blocks grow on a fast line and shrink on a slow one."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.client.pace import LARGEST, SMALLEST, Pace


def test_a_fast_line_gets_large_blocks_within_few_of_them() -> None:
    pace = Pace()

    for _ in range(6):
        pace.took(0.001)

    assert pace.block_bytes == LARGEST


def test_a_slow_line_gets_small_blocks_and_a_middling_one_keeps_its_own() -> None:
    pace = Pace()
    pace.took(0.001)
    grown = pace.block_bytes

    pace.took(0.5)
    assert pace.block_bytes == grown
    pace.took(5)
    assert pace.block_bytes == grown // 2


def test_a_broken_line_begins_small_again() -> None:
    pace = Pace()
    pace.took(0.001)

    pace.broke()

    assert pace.block_bytes == SMALLEST


@given(st.lists(st.floats(0, 100)))
def test_blocks_stay_within_their_bounds_whatever_the_line_does(times: list[float]) -> None:
    pace = Pace()
    for seconds in times:
        pace.took(seconds)
        assert SMALLEST <= pace.block_bytes <= LARGEST
