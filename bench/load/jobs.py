"""Loads that the generator's process can be told to make."""

import itertools
import random
from collections.abc import Iterator
from typing import TypeVar

from bench.items import Item, user
from bench.load import grpc_connection, http_connection
from bench.load.closed_loop import Asking, Connection, ask
from bench.load.grpc_frames import Call, header_block
from bench.load.http_connection import Post, post
from bench.load.messages import METHODS, UPLOADS, spell_get

Question = TypeVar("Question", Call, Post)
BARE_CALLS = {
    "empty": "/bench.Bare/Empty",
    "select": "/bench.Bare/Select",
    "bare_init": "/bench.Bare/Init",
}


async def load_grpc(
    *,
    kind: str,
    port: int,
    server: int,
    seconds: float,
    warm_seconds: float,
    tag: str = "",
    count: int = 1,
    again: bool = False,
    connections: int = 2,
    at_once: int = 32,
) -> dict[str, object]:
    """Call one method with the items of a tag, once each or for as long as it takes."""
    calls = _calls(kind, tag, count)
    asking: Asking[Call] = Asking(_endless(calls) if again else iter(calls))
    each = max(1, at_once // connections)
    opened: list[Connection] = [
        await grpc_connection.connected(port, asking, each) for _ in range(connections)
    ]
    return await ask(asking, opened, seconds=seconds, warm_seconds=warm_seconds, server=server)


async def load_http(
    *,
    port: int,
    server: int,
    seconds: float,
    warm_seconds: float,
    token: str = "",
    path: str = "/_/gcs/callback",
    expected: int = 204,
    tag: str = "",
    count: int = 1,
    again: bool = False,
    at_once: int = 16,
) -> dict[str, object]:
    """Push the news of a tag's items, once each or for as long as it takes."""
    posts = _posts([Item(tag, number) for number in range(count)], token, path, expected)
    asking: Asking[Post] = Asking(_endless(posts) if again else iter(posts))
    opened: list[Connection] = [
        await http_connection.connected(port, asking) for _ in range(at_once)
    ]
    return await ask(asking, opened, seconds=seconds, warm_seconds=warm_seconds, server=server)


def _endless(of: list[Question]) -> Iterator[Question]:
    return itertools.cycle(random.sample(of, len(of)))


def _posts(items: list[Item], token: str, path: str, expected: int) -> list[Post]:
    headers = {"authorization": f"Bearer {token}"}
    return [post(path, item.push_body(), headers, expected) for item in items]


def _calls(kind: str, tag: str, count: int) -> list[Call]:
    if kind in BARE_CALLS:
        block = header_block(BARE_CALLS[kind], ())
        return [Call(block, spell_get(Item(tag, number))) for number in range(count)]
    method, message = METHODS[kind]
    headers: dict[str, bytes] = {}
    for number in range(count):
        name = str(user(number))
        if name in headers:
            break
        headers[name] = header_block(UPLOADS + method, (("user_id", name),))
    items = [Item(tag, number) for number in range(count)]
    return [Call(headers[str(item.user)], message(item)) for item in items]
