"""One gRPC connection that keeps so many calls in the air."""

import asyncio
import struct
import time
from collections import deque
from typing import cast

from bench.load import grpc_frames as h2
from bench.load.closed_loop import Asking

_OK = "0"


class GrpcConnection(asyncio.Protocol):
    """Unary calls alone. The server's mistakes are counted as errors of the calls they hit."""

    def __init__(self, asking: Asking[h2.Call], at_once: int) -> None:
        self._asking = asking
        self._at_once = at_once
        self._frames = h2.Frames()
        self._began: dict[int, float] = {}
        self._stream = 1
        self._window = h2.FIRST_WINDOW
        self._waiting: deque[h2.Call] = deque()
        self._received = 0
        self._out: list[bytes] = []
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say hello."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own kind is none
        self._transport.write(h2.opening())

    def start(self) -> None:
        """Put the first calls into the air."""
        for _ in range(self._at_once):
            self._ask()
        self._flush()

    def close(self) -> None:
        """Hang up."""
        self._closing = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take answers, and ask again for each."""
        for kind, flags, stream, payload in self._frames.feed(data):
            self._take(kind, flags, stream, payload)
        self._flush()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Fail what was on its way."""
        if not self._closing:
            self._fail("the connection is gone")

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        match kind:
            case h2.DATA:
                self._room(len(payload))
            case h2.HEADERS if flags & h2.END_STREAM:
                status = h2.status_of(payload)
                self._answered(stream, "" if status == _OK else f"status {status}")
            case h2.RST_STREAM:
                self._answered(stream, "reset")
            case h2.SETTINGS if not flags & h2.ACK:
                self._out.append(h2.frame(h2.SETTINGS, h2.ACK, 0))
            case h2.PING if not flags & h2.ACK:
                self._out.append(h2.frame(h2.PING, h2.ACK, 0, payload))
            case h2.WINDOW_UPDATE if stream == 0:
                self._window += struct.unpack(">I", payload)[0]
                self._send_waiting()
            case h2.GOAWAY:
                self._fail("sent away")

    def _room(self, received: int) -> None:
        self._received += received
        if self._received > h2.OUR_WINDOW // 2:
            self._out.append(h2.more_room(self._received))
            self._received = 0

    def _answered(self, stream: int, error: str) -> None:
        began = self._began.pop(stream, None)
        if began is not None:
            self._asking.answer(began, error)
            self._ask()

    def _ask(self) -> None:
        call = self._asking.next()
        if call is None:
            return
        self._waiting.append(call)
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._waiting and self._waiting[0].flow <= self._window:
            call = self._waiting.popleft()
            self._window -= call.flow
            self._began[self._stream] = time.perf_counter()
            self._out.append(call.on(self._stream))
            self._stream += 2

    def _fail(self, why: str) -> None:
        began = [*self._began.values(), *(time.perf_counter() for _ in self._waiting)]
        self._began.clear()
        self._waiting.clear()
        for moment in began:
            self._asking.answer(moment, why)
        self._asking.over.set()

    def _flush(self) -> None:
        if self._out and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()


async def connected(port: int, asking: Asking[h2.Call], at_once: int) -> GrpcConnection:
    """Open a connection to this machine. Raises OSError."""
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: GrpcConnection(asking, at_once), "127.0.0.1", port
    )
    return connection
