"""As much of HTTP/2 (RFC 9113) as asking a gRPC server the same thing again and again takes.

A full client costs as much as the server it asks, and there are two cores: it would
measure itself. With a header table of size 0 (RFC 7541, 4.2) no block depends on
another, so equal bytes mean equal headers and each block is read but once.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from hpack import Decoder, Encoder

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FIRST_WINDOW = 65_535
OUR_WINDOW = 2**30
_HEADER_BYTES = 9
_TABLE_SIZE, _ENABLE_PUSH, _INITIAL_WINDOW = 0x1, 0x2, 0x4


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Spell one frame."""
    head = struct.pack(">I", len(payload))[1:]
    return head + struct.pack(">BBI", kind, flags, stream) + payload


def opening() -> bytes:
    """Give what a client says first: no header table, no pushes, room for all answers."""
    settings = ((_TABLE_SIZE, 0), (_ENABLE_PUSH, 0), (_INITIAL_WINDOW, 2**24))
    said = b"".join(struct.pack(">HI", name, value) for name, value in settings)
    return PREFACE + frame(SETTINGS, 0, 0, said) + more_room(OUR_WINDOW)


def more_room(count: int) -> bytes:
    """Let the server send so many more bytes."""
    return frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", count))


def header_block(method: str, metadata: Iterable[tuple[str, str]]) -> bytes:
    """Spell a call's headers so that no later block depends on them."""
    encoder = Encoder()
    encoder.header_table_size = 0
    return encoder.encode(
        [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", method),
            (":authority", "127.0.0.1"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            *metadata,
        ],
        huffman=False,
    )


@cache
def status_of(block: bytes) -> str:
    """Read the status out of trailers; empty for headers that are none."""
    decoded = Decoder().decode(block, raw=True)
    return next((value.decode() for name, value in decoded if name == b"grpc-status"), "")


@dataclass(frozen=True, slots=True)
class Call:
    """One question: headers as `header_block` spells them, and a message of less than 16 KiB."""

    headers: bytes
    message: bytes

    @property
    def flow(self) -> int:
        """How much of the connection's window it takes."""
        return len(self.message) + 5

    def on(self, stream: int) -> bytes:
        """Spell it on a stream."""
        body = struct.pack(">BI", 0, len(self.message)) + self.message
        return frame(HEADERS, END_HEADERS, stream, self.headers) + frame(
            DATA, END_STREAM, stream, body
        )


@dataclass(slots=True)
class Frames:
    """Bytes as they come, cut into frames."""

    buffer: bytes = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
        """Yield kind, flags, stream and payload of every frame that is complete."""
        buffer = self.buffer + data
        position, end = 0, len(buffer)
        while end - position >= _HEADER_BYTES:
            length = int.from_bytes(buffer[position : position + 3])
            after = position + _HEADER_BYTES + length
            if after > end:
                break
            kind, flags = buffer[position + 3], buffer[position + 4]
            stream = int.from_bytes(buffer[position + 5 : position + 9]) & 0x7FFF_FFFF
            yield kind, flags, stream, buffer[position + _HEADER_BYTES : after]
            position = after
        self.buffer = buffer[position:]
