"""Bytes of an upload body: what is persisted, and that hashes cover exactly that."""

import hashlib
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import google_crc32c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.emulator.content_range import CHUNK_MULTIPLE
from catalog.emulator.ingest import Ingest
from catalog.emulator.part_file import PartFile

sizes = st.integers(0, 3 * CHUNK_MULTIPLE + 7)
cuts = st.lists(st.integers(1, 400_000), max_size=8)


def content(size: int) -> bytes:
    return bytes(itertools.islice(itertools.cycle(range(251)), size))


def in_pieces(body: bytes, lengths: Iterable[int]) -> list[bytes]:
    pieces, rest = [], body
    for length in lengths:
        pieces.append(rest[:length])
        rest = rest[length:]
    return [*pieces, rest]


async def stream(pieces: Iterable[bytes], fail: bool = False) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    if fail:
        raise ConnectionResetError


def assert_holds(part: PartFile, expected: bytes) -> None:
    assert part.path.read_bytes() == expected
    assert part.size == len(expected)
    assert part.md5 == hashlib.md5(expected, usedforsecurity=False).digest()
    assert int.from_bytes(part.crc32c, "big") == google_crc32c.value(expected)


@settings(max_examples=40, deadline=None)
@given(size=sizes, lengths=cuts)
async def test_only_whole_multiples_are_kept_until_the_object_ends(
    size: int, lengths: list[int]
) -> None:
    """[tame-gcs] a badly sized chunk is accepted only in part."""
    body = content(size)
    with tempfile.TemporaryDirectory() as folder:
        part = PartFile(Path(folder) / "part")
        ingest = Ingest(part, 0, None)
        await ingest.take(stream(in_pieces(body, lengths)))
        await ingest.flush()
        whole = size // CHUNK_MULTIPLE * CHUNK_MULTIPLE
        assert_holds(part, body[:whole])
        assert ingest.rest == size - whole
        await ingest.finish()
        assert_holds(part, body)


@settings(max_examples=40, deadline=None)
@given(size=sizes, lengths=cuts, back=st.integers(0, CHUNK_MULTIPLE))
async def test_bytes_that_are_there_already_are_not_written_again(
    size: int, lengths: list[int], back: int
) -> None:
    """[testbench-rest] the overlap of a chunk is ignored and the rest appended."""
    first, following = content(CHUNK_MULTIPLE), content(CHUNK_MULTIPLE + size)
    with tempfile.TemporaryDirectory() as folder:
        part = PartFile(Path(folder) / "part")
        part.append(first)
        ingest = Ingest(part, back, None)
        overlap = following[CHUNK_MULTIPLE - back :]
        await ingest.take(stream(in_pieces(overlap, lengths)))
        await ingest.finish()
        assert_holds(part, following)


async def test_a_broken_connection_keeps_the_full_multiples_that_arrived(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "part")
    body = content(2 * CHUNK_MULTIPLE + 5)
    ingest = Ingest(part, 0, None)
    with pytest.raises(ConnectionResetError):
        await ingest.take(stream([body], fail=True))
    await ingest.flush()
    assert_holds(part, body[: 2 * CHUNK_MULTIPLE])


async def test_a_body_longer_than_promised_is_noticed_and_not_kept(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "part")
    ingest = Ingest(part, 0, 10)
    await ingest.take(stream([content(7), content(7)]))
    assert ingest.surplus
    assert ingest.rest == 10
