"""The chunk planner: every byte once, whole multiples, from any offset."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.client.chunks import CHUNK_MULTIPLE, chunk_size, next_chunk, plan, status_query_range

TOTALS = st.integers(1, 64 * 1024 * 1024)
SIZES = st.integers(1, 64).map(lambda count: count * CHUNK_MULTIPLE)


@given(total=TOTALS, size=SIZES, data=st.data())
def test_a_plan_covers_the_rest_of_the_file_exactly_once_in_order(
    total: int, size: int, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(0, total))

    reached = offset
    for chunk in plan(total, size, offset):
        assert chunk.start == reached
        assert 0 < chunk.length <= size
        assert chunk.is_last == (chunk.end == total)
        reached = chunk.end

    assert reached == total


@given(total=TOTALS, size=SIZES, data=st.data())
def test_every_chunk_but_the_last_is_a_multiple_of_256_kib(
    total: int, size: int, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(0, total - 1))

    *before, last = plan(total, size, offset)

    assert last.is_last
    assert all(chunk.length % CHUNK_MULTIPLE == 0 for chunk in before)
    assert not any(chunk.is_last for chunk in before)


@given(total=TOTALS, size=SIZES, kept=st.lists(st.integers(0, 64 * CHUNK_MULTIPLE), max_size=50))
def test_following_what_was_kept_ends_with_the_whole_file_however_little_that_was(
    total: int, size: int, kept: list[int]
) -> None:
    covered = 0
    while covered < total:
        chunk = next_chunk(covered, total, size)
        assert chunk.start == covered
        part = kept.pop() if kept else chunk.length
        covered = min(chunk.start + part, chunk.end)

    assert covered == total


@given(recommended=st.integers(-1, 2**40), multiple=st.integers(-1, 2**25))
def test_the_chunk_size_is_a_positive_multiple_and_no_larger_than_asked_where_that_can_be(
    recommended: int, multiple: int
) -> None:
    size = chunk_size(recommended, multiple)

    step = multiple if multiple > 0 else CHUNK_MULTIPLE
    assert size >= step
    assert size % step == 0
    assert size <= max(recommended, step) or recommended <= 0


def test_the_documented_sizes_hold_when_the_service_names_none() -> None:
    assert chunk_size(0, 0) == 8 * 1024 * 1024
    assert CHUNK_MULTIPLE == 262_144


@given(total=TOTALS, size=SIZES, data=st.data())
def test_the_content_range_is_inclusive_and_names_the_total(
    total: int, size: int, data: st.DataObject
) -> None:
    chunk = next_chunk(data.draw(st.integers(0, total - 1)), total, size)

    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", chunk.content_range)

    assert match is not None
    assert (int(match[1]), int(match[2]) + 1, int(match[3])) == (chunk.start, chunk.end, total)


def test_a_status_query_names_the_total_and_no_bytes() -> None:
    assert status_query_range(42) == "bytes */42"


@pytest.mark.parametrize(("offset", "total", "size"), [(5, 5, 1), (-1, 5, 1), (0, 0, 1), (0, 5, 0)])
def test_there_is_no_chunk_outside_the_file_or_without_a_size(
    offset: int, total: int, size: int
) -> None:
    with pytest.raises(ValueError, match="no chunk"):
        next_chunk(offset, total, size)
