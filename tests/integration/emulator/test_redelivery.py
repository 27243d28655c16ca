"""At-least-once: what counts as an acknowledgement, and what happens without one."""

import asyncio
from pathlib import Path

import pytest

from catalog.emulator import Emulator, EmulatorSettings, run_emulator
from catalog.emulator.faults import (
    ClockJump,
    Delay,
    Drop,
    Duplicate,
    NewMessageId,
    Reorder,
)
from catalog.emulator.push_client import PushTarget
from tests.integration.emulator.receiver import Receiver, receiving
from tests.integration.emulator.uploads import a_name
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


def announce(emulator: Emulator, count: int = 1) -> list[str]:
    return [emulator.store(a_name(), b"x", notify=True).name for _ in range(count)]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_these_answers_acknowledge(
    emulator: Emulator, receiver: Receiver, status: int
) -> None:
    """[push-docs] 200, 201, 202, 204 (and 102) are success codes."""
    receiver.answers = [status]
    name = announce(emulator)[0]
    await emulator.pushes.drain(60)
    entries = emulator.pushes.log.entries(name)
    assert [(entry.outcome, entry.status) for entry in entries] == [("ack", status)]


async def test_everything_else_is_redelivered_until_acknowledged(
    emulator: Emulator, receiver: Receiver
) -> None:
    """[push-docs] any other code is a nack, 3xx and 4xx included."""
    receiver.answers = [500, 404, 302, 206, 429]
    name = announce(emulator)[0]
    await emulator.pushes.drain(60)
    entries = emulator.pushes.log.entries(name)
    assert [entry.status for entry in entries] == [500, 404, 302, 206, 429, 204]
    assert [entry.attempt for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert len({push.message_id for push in receiver.pushes}) == 1
    assert len({push.message["publishTime"] for push in receiver.pushes}) == 1


async def test_an_answer_after_the_deadline_does_not_count(tmp_path: Path) -> None:
    """[pubsub-discovery] ackDeadlineSeconds is the timeout of the request."""
    settings = EmulatorSettings(data_dir=tmp_path, ack_deadline_seconds=0.2)
    async with run_emulator(settings) as emulator, receiving() as receiver:
        receiver.answers = [None]
        emulator.pushes.set_target(PushTarget(receiver.url))
        announce(emulator)
        await emulator.pushes.drain(60)
        outcomes = [entry.outcome for entry in emulator.pushes.log.entries()]
        assert outcomes[0] == "deadline_exceeded"
        assert outcomes[-1] == "ack"


async def test_messages_wait_for_an_endpoint_that_is_down(emulator: Emulator) -> None:
    """[pubsub-discovery] unacknowledged messages are kept."""
    async with receiving() as gone:
        url = gone.url
    emulator.pushes.set_target(PushTarget(url))
    name = announce(emulator)[0]
    await until(lambda: len(emulator.pushes.log.entries(name)) >= 2)
    assert emulator.pushes.log.entries(name)[0].outcome == "unreachable"
    async with receiving() as back:
        emulator.pushes.set_target(PushTarget(back.url))
        await emulator.pushes.drain(60)
        assert [push.object_name for push in back.pushes] == [name]


async def test_duplicates_repeat_the_message(emulator: Emulator, receiver: Receiver) -> None:
    """[stackguides-dup] redelivery by Pub/Sub: the same message id."""
    emulator.faults.set(Duplicate(extra=3, times=1))
    announce(emulator, 2)
    await emulator.pushes.drain(60)
    ids = [push.message_id for push in receiver.pushes]
    assert (len(ids), len(set(ids))) == (5, 2)


async def test_duplicates_may_have_ids_of_their_own(emulator: Emulator, receiver: Receiver) -> None:
    """[stackguides-dup] duplicates by GCS: same event, different message ids."""
    emulator.faults.set(Duplicate(extra=3), NewMessageId())
    announce(emulator)
    await emulator.pushes.drain(60)
    assert len({push.message_id for push in receiver.pushes}) == 4
    assert len({push.message["attributes"]["objectGeneration"] for push in receiver.pushes}) == 1


async def test_redeliveries_may_have_ids_of_their_own(
    emulator: Emulator, receiver: Receiver
) -> None:
    """A fault of ours: message ids must not be the only key."""
    emulator.faults.set(NewMessageId())
    receiver.answers = [503, 503]
    announce(emulator)
    await emulator.pushes.drain(60)
    assert len({push.message_id for push in receiver.pushes}) == 3


async def test_dropped_notifications_never_arrive(emulator: Emulator, receiver: Receiver) -> None:
    """A fault of ours, for whatever sweeps up lost notifications."""
    emulator.faults.set(Drop(times=1))
    lost, kept = announce(emulator, 2)
    await emulator.pushes.drain(60)
    assert [push.object_name for push in receiver.pushes] == [kept]
    assert [entry.outcome for entry in emulator.pushes.log.entries(lost)] == ["dropped"]


async def test_held_notifications_come_out_backwards(
    emulator: Emulator, receiver: Receiver
) -> None:
    """[taourl-ordering] possibly out of order, made certain."""
    emulator.faults.set(Reorder(hold=3))
    names = announce(emulator, 2)
    assert len(emulator.pushes.pending) == 2
    names += announce(emulator, 1)
    await emulator.pushes.drain(60)
    assert [push.object_name for push in receiver.pushes] == names[::-1]


async def test_clearing_the_fault_lets_held_notifications_go(
    emulator: Emulator, receiver: Receiver
) -> None:
    emulator.faults.set(Reorder(hold=10))
    names = announce(emulator, 2)
    emulator.faults.clear(Reorder)
    await receiver.wait_for(2)
    assert [push.object_name for push in receiver.pushes] == names[::-1]


async def test_delayed_notifications_come_later_than_others(
    emulator: Emulator, receiver: Receiver
) -> None:
    """A fault of ours."""
    emulator.faults.set(Delay(seconds=0.3, times=1))
    late, soon = announce(emulator, 2)
    await emulator.pushes.drain(60)
    assert [push.object_name for push in receiver.pushes] == [soon, late]


async def test_a_moved_clock_moves_the_token(emulator: Emulator, receiver: Receiver) -> None:
    """[push-docs] a token is about an hour old at most, by the emulator's clock."""
    announce(emulator)
    await receiver.wait_for(1)
    emulator.faults.set(ClockJump(seconds=7200))
    announce(emulator)
    pushes = await receiver.wait_for(2)
    assert pushes[0].token != pushes[1].token


async def test_backoff_grows_up_to_its_maximum(tmp_path: Path) -> None:
    """[pubsub-discovery] exponential backoff between minimum and maximum."""
    settings = EmulatorSettings(
        data_dir=tmp_path, redelivery_min_seconds=0.02, redelivery_max_seconds=0.08
    )
    async with run_emulator(settings) as emulator, receiving() as receiver:
        receiver.answers = [500] * 6
        loop = asyncio.get_running_loop()
        emulator.pushes.set_target(PushTarget(receiver.url))
        started = loop.time()
        announce(emulator)
        await emulator.pushes.drain(60)
        assert loop.time() - started >= 0.02 + 0.04 + 4 * 0.08
        assert len(receiver.pushes) == 7
