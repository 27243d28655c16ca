"""How callers reach a service that is replaced by another one now and then."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from catalog.devstack.stack import push_to
from catalog.emulator import Emulator
from tests.support.service import Rpc

_OPTIONS = [
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 200),
]


class Line:
    """Leads callers and pushes to one service at a time."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._channels: deque[grpc.aio.Channel] = deque()

    @property
    def rpc(self) -> Rpc:
        """Stubs of the service that is there now, or was last."""
        return Rpc(self._channels[-1])

    async def lead_to(self, grpc_port: int, http_port: int) -> None:
        """Switch over. Calls under way end where they began."""
        target = f"127.0.0.1:{grpc_port}"
        self._channels.append(grpc.aio.insecure_channel(target, options=_OPTIONS))
        push_to(self._emulator, http_port)
        # Closing a channel cancels its calls: those of the last service may still be failing.
        while len(self._channels) > 2:
            await self._channels.popleft().close()

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()


@asynccontextmanager
async def line(emulator: Emulator) -> AsyncIterator[Line]:
    """A line that leads nowhere yet."""
    opened = Line(emulator)
    try:
        yield opened
    finally:
        await opened.close()
