"""What takes long to load is loaded by the first event, once, and off the event loop."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from catalog.application.ports import PublishError
from catalog.application.records import OutboxRecord
from catalog.runtime.late_publisher import LatePublisher


class Recorder:
    """Remembers how often it was made, in which thread, and what it was asked."""

    def __init__(self) -> None:
        self.made_in: list[threading.Thread] = []
        self.published = 0
        self.closed = 0

    def make(self) -> "Recorder":
        self.made_in.append(threading.current_thread())
        return self

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        self.published += 1

    async def aclose(self) -> None:
        self.closed += 1


def failing_once(make: Callable[[], Recorder]) -> Callable[[], Recorder]:
    faults = [ImportError("half installed")]

    def attempt() -> Recorder:
        if faults:
            raise faults.pop()
        return make()

    return attempt


async def test_it_is_made_by_the_first_event_alone_and_in_a_thread() -> None:
    behind = Recorder()
    publisher = LatePublisher(behind.make)
    assert behind.made_in == []

    await asyncio.gather(publisher.publish([]), publisher.publish([]))

    assert len(behind.made_in) == 1
    assert behind.made_in[0] is not threading.main_thread()
    assert behind.published == 2


async def test_what_could_not_be_made_is_made_for_the_next_event() -> None:
    behind = Recorder()
    publisher = LatePublisher(failing_once(behind.make))

    with pytest.raises(ImportError, match="half installed"):
        await publisher.publish([])
    await publisher.publish([])

    assert behind.published == 1


async def test_closing_closes_what_was_made_and_makes_nothing() -> None:
    behind, unused = Recorder(), Recorder()
    publisher, never = LatePublisher(behind.make), LatePublisher(unused.make)
    await publisher.publish([])

    await publisher.aclose()
    await never.aclose()

    assert (behind.closed, unused.closed) == (1, 0)
    with pytest.raises(PublishError, match="CLOSED"):
        await never.publish([])
    assert unused.made_in == []
