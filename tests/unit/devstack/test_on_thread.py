"""Blocking context managers in asyncio: what was entered is left, whatever happens."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from catalog.devstack.on_thread import on_thread


class Door:
    """Notes who went in and out; can be held so that going in takes its time."""

    def __init__(self) -> None:
        self.went: list[str] = []
        self.entering = threading.Event()
        self.held = threading.Event()
        self.held.set()

    @contextmanager
    def opened(self) -> Iterator[str]:
        self.entering.set()
        assert self.held.wait(20)
        self.went.append("in")
        try:
            yield "inside"
        finally:
            self.went.append("out")


async def test_it_is_entered_and_left_off_the_loop() -> None:
    door = Door()
    async with on_thread(door.opened()) as value:
        assert (value, door.went) == ("inside", ["in"])
    assert door.went == ["in", "out"]


async def test_it_is_left_when_the_block_fails() -> None:
    door = Door()
    with pytest.raises(KeyError):
        async with on_thread(door.opened()):
            raise KeyError
    assert door.went == ["in", "out"]


async def test_a_cancellation_while_it_is_entered_waits_and_leaves_it() -> None:
    door, reached = Door(), False

    async def work() -> None:
        nonlocal reached
        async with on_thread(door.opened()):
            reached = True

    door.held.clear()
    task = asyncio.create_task(work())
    await asyncio.to_thread(door.entering.wait, 20)
    task.cancel()
    await asyncio.sleep(0)
    door.held.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (door.went, reached) == (["in", "out"], False)


class Locked(AbstractContextManager[None]):
    """Cannot be entered."""

    def __init__(self) -> None:
        self.left = False

    def __enter__(self) -> None:
        raise ValueError("locked")

    def __exit__(self, *_: object) -> None:
        self.left = True


async def test_what_cannot_be_entered_is_not_left() -> None:
    locked = Locked()
    with pytest.raises(ValueError, match="locked"):
        async with on_thread(locked):
            pass
    assert not locked.left
