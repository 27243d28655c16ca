"""Calls of several kinds in one stream, and calls whose client gives up at a random moment."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from bench.items import Item
from bench.load import grpc_frames as h2
from bench.load.closed_loop import Asking, Connection, ask
from bench.load.grpc_connection import GrpcConnection
from bench.load.messages import METHODS, UPLOADS

_LONGEST_SECONDS = 150.0
_CANCELLED = (8).to_bytes(4)
"""Error code CANCEL (RFC 9113, 7)."""
_REFUSED = "status 8"
"""RESOURCE_EXHAUSTED."""
_LONGEST_PATIENCE_SECONDS = 0.04
"""Somewhat more than most answers take beside 31 others."""


class Part(TypedDict):
    """So many calls of one kind, one for each item of a tag, in turn."""

    kind: str
    tag: str
    items: int
    count: int


@dataclass(slots=True)
class Impatience:
    """What impatient connections share."""

    wanted: int
    cancelled: int = 0
    refused: int = 0
    """Calls that the server refused because those given up were still at work."""
    chance: random.Random = field(default_factory=random.Random)


class ImpatientConnection(GrpcConnection):
    """One whose calls are cancelled, each after a time of its own."""

    def __init__(self, asking: Asking[h2.Call], at_once: int, impatience: Impatience) -> None:
        super().__init__(asking, at_once)
        self._impatience = impatience
        self._unfollowed = 1

    def _flush(self) -> None:
        super()._flush()
        loop, chance = asyncio.get_running_loop(), self._impatience.chance
        for stream in range(self._unfollowed, self._stream, 2):
            loop.call_later(chance.uniform(0, _LONGEST_PATIENCE_SECONDS), self._give_up, stream)
        self._unfollowed = self._stream

    def _answered(self, stream: int, error: str) -> None:
        if error == _REFUSED and stream in self._began:
            self._impatience.refused += 1
            error = ""
        super()._answered(stream, error)

    def _give_up(self, stream: int) -> None:
        if stream not in self._began or self._closing:
            return
        self._out.append(h2.frame(h2.RST_STREAM, 0, stream, _CANCELLED))
        self._impatience.cancelled += 1
        if self._impatience.cancelled >= self._impatience.wanted:
            self._asking.stopped = True
        self._answered(stream, "")
        self._flush()


async def load_mixed(
    *, port: int, server: int, parts: Sequence[Part], seed: int, at_once: int = 32
) -> dict[str, object]:
    """Make every call of the parts once, in an order that `seed` decides."""
    calls = _shuffled(parts, seed)
    asking: Asking[h2.Call] = Asking(iter(calls))
    opened = [await _opened(port, lambda: GrpcConnection(asking, at_once // 2)) for _ in range(2)]
    return await _asked(asking, opened, server)


async def load_cancelled(
    *, port: int, server: int, parts: Sequence[Part], seed: int, count: int, at_once: int = 32
) -> dict[str, object]:
    """Make calls of the parts again and again until `count` of them were cancelled."""
    impatience = Impatience(count, chance=random.Random(seed))
    asking: Asking[h2.Call] = Asking(itertools.cycle(_shuffled(parts, seed)))

    def connection() -> GrpcConnection:
        return ImpatientConnection(asking, at_once // 2, impatience)

    opened = [await _opened(port, connection) for _ in range(2)]
    told = await _asked(asking, opened, server)
    return {**told, "cancelled": impatience.cancelled, "refused": impatience.refused}


async def _asked(
    asking: Asking[h2.Call], opened: Sequence[Connection], server: int
) -> dict[str, object]:
    return await ask(asking, list(opened), seconds=_LONGEST_SECONDS, warm_seconds=0, server=server)


async def _opened(port: int, make: Callable[[], GrpcConnection]) -> GrpcConnection:
    _, connection = await asyncio.get_running_loop().create_connection(make, "127.0.0.1", port)
    return connection


def _shuffled(parts: Sequence[Part], seed: int) -> list[h2.Call]:
    calls = [call for part in parts for call in _calls(part)]
    random.Random(seed).shuffle(calls)
    return calls


def _calls(part: Part) -> Iterator[h2.Call]:
    method, message = METHODS[part["kind"]]
    blocks: dict[str, bytes] = {}
    for number in range(part["count"]):
        item = Item(part["tag"], number % part["items"])
        name = str(item.user)
        if name not in blocks:
            blocks[name] = h2.header_block(UPLOADS + method, (("user_id", name),))
        yield h2.Call(blocks[name], message(item))
