"""Content-Range forms of a PUT on a session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.emulator.answers import XmlError
from catalog.emulator.content_range import ContentRange, parse

offsets = st.integers(0, 2**43)


@given(first=offsets, length=st.integers(1, 2**40), tail=st.none() | offsets)
def test_a_chunk_says_where_it_lies(first: int, length: int, tail: int | None) -> None:
    """[py-upload] ``bytes A-B/TOTAL`` and ``bytes A-B/*``, B inclusive."""
    last = first + length - 1
    total = None if tail is None else last + 1 + tail
    parsed = parse(f"bytes {first}-{last}/{'*' if total is None else total}")
    assert parsed == ContentRange(first, last, total)
    assert (parsed.declared, parsed.is_query, parsed.ends_with_body) == (length, False, False)


@given(first=offsets, rest=offsets)
def test_a_stream_may_leave_its_end_open(first: int, rest: int) -> None:
    """[node-resumable] ``bytes A-*/TOTAL`` and ``bytes A-*/*``."""
    assert parse(f"bytes {first}-*/{first + rest}").declared == rest
    assert parse(f"bytes {first}-*/*").ends_with_body


@pytest.mark.parametrize("total", ["*", "0", "262144"])
def test_a_star_instead_of_offsets_is_a_query(total: str) -> None:
    """[gsutil-xml-resumable] ``bytes */TOTAL`` and ``bytes */*`` carry no data."""
    assert parse(f"bytes */{total}").is_query


def test_no_header_means_that_the_body_is_the_object() -> None:
    """[py-signing-systest] the whole object in one PUT."""
    assert parse(None).ends_with_body


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes 0-9", "bytes 9-0/10", "bytes 0-10/10", "bytes 0--1/0", "bits 0-9/10",
     "bytes 0-0/0", "bytes */-1", "bytes */*/*", "bytes 0-9/10, 11-12/20"],
)  # fmt: skip
def test_a_malformed_range_is_refused(header: str) -> None:
    """[objectstore-609] ``bytes 0-0/0`` would mean one byte of an empty object."""
    with pytest.raises(XmlError) as refusal:
        parse(header)
    assert refusal.value.status == 400
