"""Blocks and chunks grow on a fast line and shrink on a slow one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.client.pace import LARGEST, SMALLEST, Pace

CHUNK = 8 * 1024 * 1024


def test_a_fast_line_gets_large_blocks_within_few_of_them() -> None:
    pace = Pace(CHUNK, 4 * CHUNK)

    for _ in range(6):
        pace.took(0.001)

    assert pace.block_bytes == LARGEST


def test_a_slow_line_gets_small_blocks_and_a_middling_one_keeps_its_own() -> None:
    pace = Pace(CHUNK, 4 * CHUNK)
    pace.took(0.001)
    grown = pace.block_bytes

    pace.took(0.5)
    assert pace.block_bytes == grown
    pace.took(5)
    assert pace.block_bytes == grown // 2


def test_a_broken_line_begins_small_again() -> None:
    pace = Pace(CHUNK, 4 * CHUNK)
    pace.took(0.001)

    pace.broke()

    assert pace.block_bytes == SMALLEST


@given(st.lists(st.floats(0, 100)))
def test_blocks_stay_within_their_bounds_whatever_the_line_does(times: list[float]) -> None:
    pace = Pace(CHUNK, 4 * CHUNK)
    for seconds in times:
        pace.took(seconds)
        assert SMALLEST <= pace.block_bytes <= LARGEST


@pytest.mark.parametrize(
    ("largest", "then"), [(4, [4, 4]), (7, [4, 4]), (9, [4, 8]), (64, [4, 16])]
)
def test_chunks_begin_as_recommended_and_grow_whole_times_over_while_they_are_quick(
    largest: int, then: list[int]
) -> None:
    pace, sizes = Pace(CHUNK, largest * CHUNK), []
    for _ in range(3):
        sizes.append(pace.chunk_bytes // CHUNK)
        pace.chunk_took(0.01)

    assert sizes == [1, *then]
    assert pace.chunk_bytes % CHUNK == 0


def test_a_slow_chunk_and_a_broken_line_bring_the_recommended_size_back() -> None:
    pace = Pace(CHUNK, 4 * CHUNK)
    pace.chunk_took(0.01)
    pace.chunk_took(1)
    assert pace.chunk_bytes == 4 * CHUNK

    pace.chunk_took(30)
    assert pace.chunk_bytes == CHUNK
    pace.chunk_took(0.01)
    pace.broke()
    assert pace.chunk_bytes == CHUNK


def test_a_recommendation_above_what_chunks_may_grow_to_stands() -> None:
    pace = Pace(CHUNK, CHUNK // 2)
    pace.chunk_took(0.01)

    assert pace.chunk_bytes == CHUNK
