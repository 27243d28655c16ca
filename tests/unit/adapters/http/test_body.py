"""A body is read no further than it may go, and the same body always reads the same."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from catalog.adapters.http.body import Body, SenderGoneError, read_body


class Parts:
    """Hands out the parts of a body and remembers how many were asked for."""

    def __init__(self, parts: Sequence[bytes], *, complete: bool = True) -> None:
        self.parts = parts
        self.complete = complete
        self.taken = 0

    async def receive(self) -> Message:
        self.taken += 1
        if self.taken > len(self.parts):
            return {"type": "http.disconnect"}
        more = not self.complete or self.taken < len(self.parts)
        return {"type": "http.request", "body": self.parts[self.taken - 1], "more_body": more}


@given(st.lists(st.binary(max_size=5), min_size=1, max_size=8), st.integers(1, 20))
async def test_the_beginning_is_kept_however_it_is_cut(parts: list[bytes], limit: int) -> None:
    whole = b"".join(parts)
    body = await read_body(Parts(parts).receive, limit)
    assert body == Body(whole[:limit], oversized=len(whole) > limit)


async def test_nothing_is_read_past_the_limit() -> None:
    parts = Parts([b"1234"] * 100)
    assert (await read_body(parts.receive, 10)).content == b"1234123412"
    assert parts.taken == 3


@pytest.mark.parametrize(("size", "oversized"), [(9, False), (10, False), (11, True)])
async def test_the_limit_itself_is_allowed(size: int, *, oversized: bool) -> None:
    assert (await read_body(Parts([b"x" * size]).receive, 10)).oversized is oversized


async def test_the_beginning_of_a_body_is_none() -> None:
    with pytest.raises(SenderGoneError):
        await read_body(Parts([b"{"], complete=False).receive, 10)


async def test_a_request_without_a_body_has_an_empty_one() -> None:
    async def receive() -> Message:
        return {"type": "http.request"}

    assert await read_body(receive, 10) == Body(b"", oversized=False)


def test_a_body_is_not_shown_by_its_repr() -> None:
    assert "secret" not in repr(Body(b"secret", oversized=False))
