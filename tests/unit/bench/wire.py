"""A transport whose other end is the test."""

import asyncio


class Wire(asyncio.Transport):
    """What is written, and nobody who reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return False
