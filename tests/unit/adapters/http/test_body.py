"""A body is read no further than it may go, and the same body always reads the same."""

from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.adapters.http.body import Body, read_body


class Chunks:
    """Hands out chunks and remembers how many were asked for and whether it was closed."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self.chunks = chunks
        self.taken = 0
        self.closed = False

    async def stream(self) -> AsyncGenerator[bytes]:
        try:
            for chunk in self.chunks:
                self.taken += 1
                yield chunk
        finally:
            self.closed = True


@given(st.lists(st.binary(max_size=5), max_size=8), st.integers(1, 20))
async def test_the_beginning_is_kept_however_it_is_cut(chunks: list[bytes], limit: int) -> None:
    whole = b"".join(chunks)
    body = await read_body(Chunks(chunks).stream(), limit)
    assert body == Body(whole[:limit], oversized=len(whole) > limit)


async def test_nothing_is_read_past_the_limit() -> None:
    chunks = Chunks([b"1234"] * 100)
    assert (await read_body(chunks.stream(), 10)).content == b"1234123412"
    assert (chunks.taken, chunks.closed) == (3, True)


@pytest.mark.parametrize(("size", "oversized"), [(9, False), (10, False), (11, True)])
async def test_the_limit_itself_is_allowed(size: int, *, oversized: bool) -> None:
    assert (await read_body(Chunks([b"x" * size]).stream(), 10)).oversized is oversized


def test_a_body_is_not_shown_by_its_repr() -> None:
    assert "secret" not in repr(Body(b"secret", oversized=False))
