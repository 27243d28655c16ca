"""Publishing while Pub/Sub is slow, broken, away or back."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from catalog.adapters.pubsub.publisher import PubsubPublisher
from catalog.application.ports import PublishError
from catalog.emulator import Emulator
from catalog.emulator.topic_faults import TopicError, TopicStall
from tests.support.emulators import fresh_emulator
from tests.support.outbox import an_outbox_record, records_of_one
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    async with fresh_emulator(tmp_path_factory.mktemp("publisher")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def emulator(shared: Emulator) -> AsyncIterator[Emulator]:
    shared.state.topics.forget_published()
    yield shared
    shared.faults.clear()
    await shared.pubsub.start()


@asynccontextmanager
async def publishing(
    emulator: Emulator, deadline_seconds: float = 20.0, topic: str = ""
) -> AsyncIterator[PubsubPublisher]:
    publisher = PubsubPublisher(
        topic or emulator.settings.events_topic_path,
        emulator=emulator.pubsub_target,
        deadline_seconds=deadline_seconds,
    )
    yield publisher
    await publisher.aclose()


async def reason_of(publisher: PubsubPublisher) -> str:
    with pytest.raises(PublishError) as caught:
        await publisher.publish([an_outbox_record()])
    return caught.value.reason


@pytest.mark.parametrize(
    "status", ["PERMISSION_DENIED", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED"]
)
async def test_what_will_not_pass_is_told_at_once(emulator: Emulator, status: str) -> None:
    emulator.faults.set(TopicError(status=status, times=1))
    async with publishing(emulator) as publisher:
        assert await reason_of(publisher) == status
    assert emulator.published == []


async def test_a_topic_that_does_not_exist_is_not_found(emulator: Emulator) -> None:
    async with publishing(emulator, topic="projects/catalog-local/topics/nowhere") as publisher:
        assert await reason_of(publisher) == "NOT_FOUND"


@pytest.mark.parametrize("status", ["UNAVAILABLE", "ABORTED", "INTERNAL", "UNKNOWN"])
async def test_what_passes_within_the_deadline_is_never_heard_of(
    emulator: Emulator, status: str
) -> None:
    emulator.faults.set(TopicError(status=status, times=2))
    async with publishing(emulator) as publisher:
        await publisher.publish(records_of_one(2))
    assert len(emulator.published) == 2


async def test_a_lost_answer_repeats_the_same_event(emulator: Emulator) -> None:
    emulator.faults.set(TopicError(after=True, times=1))
    event = an_outbox_record()
    async with publishing(emulator) as publisher:
        await publisher.publish([event])
    ids = [each.attributes["event_id"] for each in emulator.published]
    assert ids == [str(event.event_id)] * 2


async def test_trouble_that_lasts_keeps_its_name_at_the_deadline(emulator: Emulator) -> None:
    emulator.faults.set(TopicError(status="UNAVAILABLE"))
    # Time enough for a first answer, however busy the machine.
    async with publishing(emulator, deadline_seconds=2) as publisher:
        assert await reason_of(publisher) == "UNAVAILABLE"


async def test_a_call_never_outlives_its_deadline(emulator: Emulator) -> None:
    emulator.faults.set(TopicStall(seconds=600))
    loop = asyncio.get_running_loop()
    async with publishing(emulator, deadline_seconds=0.3) as publisher:
        started = loop.time()
        assert await reason_of(publisher) == "DEADLINE_EXCEEDED"
        assert loop.time() - started < 10
    assert emulator.published == []


async def test_a_server_that_accepts_and_stays_silent_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        publisher = PubsubPublisher(
            "projects/p/topics/events", emulator=f"{host}:{port}", deadline_seconds=0.3
        )
        assert await reason_of(publisher) in {"DEADLINE_EXCEEDED", "UNAVAILABLE"}
        await publisher.aclose()


async def test_the_connection_comes_back_with_pubsub(emulator: Emulator) -> None:
    async with (
        publishing(emulator) as publisher,
        publishing(emulator, deadline_seconds=1.5) as impatient,
    ):
        for each in (publisher, impatient):
            await each.publish([an_outbox_record()])
        await emulator.pubsub.stop()
        assert await reason_of(impatient) in ("UNAVAILABLE", "DEADLINE_EXCEEDED")
        waiting = asyncio.create_task(publisher.publish([an_outbox_record()]))
        await emulator.pubsub.start()
        await waiting
    assert len(emulator.published) == 3


async def test_a_cancelled_call_publishes_nothing_and_harms_no_other(emulator: Emulator) -> None:
    emulator.faults.set(TopicStall(seconds=600, times=1))
    async with publishing(emulator) as publisher:
        stuck = asyncio.create_task(publisher.publish([an_outbox_record()]))
        await until(lambda: not emulator.faults.is_set(TopicStall))
        stuck.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stuck
        event = an_outbox_record()
        await publisher.publish([event])
    assert [each.ordering_key for each in emulator.published] == [str(event.aggregate_id)]


async def test_closing_ends_a_call_under_way_as_a_failure_not_as_a_cancellation(
    emulator: Emulator,
) -> None:
    emulator.faults.set(TopicStall(seconds=600, times=1))
    async with publishing(emulator) as publisher:
        stuck = asyncio.create_task(publisher.publish([an_outbox_record()]))
        await until(lambda: not emulator.faults.is_set(TopicStall))
        await publisher.aclose()
        with pytest.raises(PublishError, match="CLOSED"):
            await stuck


async def test_more_events_than_a_request_may_hold_keep_their_order(emulator: Emulator) -> None:
    events = records_of_one(1001)
    async with publishing(emulator) as publisher:
        await publisher.publish(events)
    assert [each.data for each in emulator.published] == [event.payload for event in events]


async def test_a_machine_without_credentials_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing.json"))
    publisher = PubsubPublisher("projects/p/topics/events", deadline_seconds=20)
    assert await reason_of(publisher) == "UNAUTHENTICATED"
    await publisher.aclose()
