"""Round trips are counted however the client's messages are cut on their way."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.counting.frontend import Frontend, Heard

SSL_REQUEST = struct.pack("!II", 8, 80877103)
GSS_REQUEST = struct.pack("!II", 8, 80877104)
# A length or a code of it looks like messages that count: nothing may be taken for a type.
STARTUP = struct.pack("!II", 8 + 14, 196608) + b"user\0SHSH\0QQQ\0"


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!I", 4 + len(body)) + body


SYNC = message(b"S")
QUERY = message(b"Q", b"BEGIN;\0")
FLUSH = message(b"H")
PREPARED = message(b"P", b"\0SELECT 1\0\0\0") + message(b"D", b"S\0") + FLUSH
EXECUTED = message(b"B", b"S" * 0x53) + message(b"E", b"\0\0\0\0\0") + SYNC
SAID = STARTUP + message(b"p", b"QSQH\0") + PREPARED + EXECUTED + QUERY + message(b"X")
ROUND_TRIPS = 3


def started() -> Frontend:
    frontend = Frontend()
    frontend.take(STARTUP)
    return frontend


def taken(chunks: list[bytes]) -> Heard:
    frontend = Frontend()
    heard = [frontend.take(chunk) for chunk in chunks]
    return Heard(
        b"".join(each.passed_on for each in heard),
        sum(each.refused for each in heard),
        sum(each.round_trips for each in heard),
    )


def test_what_starts_a_connection_has_no_type_and_is_no_round_trip() -> None:
    assert Frontend().take(STARTUP) == Heard(STARTUP)


def test_several_messages_in_one_read_are_counted_each() -> None:
    assert taken([SAID]) == Heard(SAID, 0, ROUND_TRIPS)
    assert started().take(EXECUTED * 3 + QUERY) == Heard(EXECUTED * 3 + QUERY, 0, 4)


@given(cuts=st.sets(st.integers(1, len(SAID) - 1)))
def test_messages_that_come_in_pieces_are_passed_on_whole_and_counted_once(cuts: set[int]) -> None:
    places = [0, *sorted(cuts), len(SAID)]
    chunks = [SAID[begin:end] for begin, end in pairwise(places)]
    assert taken(chunks) == Heard(SAID, 0, ROUND_TRIPS)


def test_a_message_is_held_back_until_it_is_whole() -> None:
    frontend = started()
    assert frontend.take(QUERY[:-1]) == Heard()
    assert frontend.take(QUERY[-1:]) == Heard(QUERY, 0, 1)


def test_encryption_is_refused_and_never_asked_of_the_server() -> None:
    frontend = Frontend()
    assert frontend.take(GSS_REQUEST) == Heard(b"", 1, 0)
    assert frontend.take(SSL_REQUEST) == Heard(b"", 1, 0)
    assert frontend.take(STARTUP + QUERY) == Heard(STARTUP + QUERY, 0, 1)


@pytest.mark.parametrize(
    "said", [b"\0\0\0\0", STARTUP + b"Q\0\0\0\3"], ids=["at the start", "after it"]
)
def test_what_is_no_message_is_refused(said: bytes) -> None:
    with pytest.raises(ValueError, match="shorter"):
        Frontend().take(said)
