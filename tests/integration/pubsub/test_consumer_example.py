"""examples/events: what the page about events says is enough to consume them."""

import asyncio
import os
import signal
import sqlite3
import sys
import uuid
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
from google.pubsub_v1 import SubscriberAsyncClient, Subscription
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport

from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.adapters.pubsub.publisher import PubsubPublisher
from catalog.domain.events import Event, UploadCancelled, UploadCompleted
from catalog.emulator import Emulator
from tests.architecture.source import REPOSITORY
from tests.support.builders import NOW, a_stored_object, a_video, an_upload
from tests.support.emulators import fresh_emulator
from tests.support.waiting import SECONDS, until

SCRIPT = REPOSITORY / "examples" / "events" / "consume.py"


@dataclass(frozen=True, slots=True)
class Consumer:
    """Somebody else's service: the script, its subscription and its database."""

    emulator: Emulator
    subscription: str
    database: Path

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[None]:
        """The script at work; told to stop at the end, which it must do in good order."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(SCRIPT, self.subscription, self.database),
            env=os.environ | {"PUBSUB_EMULATOR_HOST": self.emulator.pubsub_target},
            stderr=PIPE,
        )
        try:
            yield
            process.send_signal(signal.SIGTERM)
            _, said = await asyncio.wait_for(process.communicate(), SECONDS)
            assert process.returncode == 0, said.decode()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def has_seen(self, *events: Event) -> None:
        wanted = {str(event.event_id) for event in events}
        await until(lambda: wanted <= {row[0] for row in self.rows("SELECT * FROM seen")})

    def rows(self, query: str) -> list[tuple[object, ...]]:
        if not self.database.exists():
            return []
        with closing(sqlite3.connect(self.database)) as database:
            try:
                return database.execute(query).fetchall()
            except sqlite3.OperationalError:
                return []


@asynccontextmanager
async def a_consumer(emulator: Emulator, folder: Path) -> AsyncIterator[Consumer]:
    name = f"projects/{emulator.settings.project_id}/subscriptions/s-{uuid.uuid4().hex}"
    async with grpc.aio.insecure_channel(emulator.pubsub_target) as channel:
        client = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel))
        topic = emulator.settings.events_topic_path
        wanted = Subscription(name=name, topic=topic, enable_message_ordering=True)
        await client.create_subscription(wanted, timeout=20)
    yield Consumer(emulator, name, folder / "consumer.sqlite")


async def publish(emulator: Emulator, *events: Event) -> None:
    publisher = PubsubPublisher(
        emulator.settings.events_topic_path, emulator=emulator.pubsub_target, deadline_seconds=20
    )
    await publisher.publish([ProtobufEvents().encode(event) for event in events])
    await publisher.aclose()


def completed() -> UploadCompleted:
    upload = an_upload(version=5)
    video = a_video(user_id=upload.user_id, raw_file_reference=upload.ref.uri)
    return UploadCompleted(
        event_id=uuid.uuid4(),
        occurred_at=NOW,
        traceparent=None,
        upload=upload,
        stored=a_stored_object(upload),
        video=video,
        video_created=True,
    )


def stale(event: UploadCompleted) -> UploadCompleted:
    """Another fact of the same upload, from before."""
    upload = replace(event.upload, version=4)
    return replace(event, event_id=uuid.uuid4(), upload=upload, video=a_video())


def later(event: UploadCompleted, version: int) -> UploadCancelled:
    """A last word: in order, so whoever has seen it is done with all before."""
    upload = replace(event.upload, version=version)
    return UploadCancelled(uuid.uuid4(), event.occurred_at, None, upload)


async def test_repeats_and_stale_facts_have_no_effect_even_after_a_restart(tmp_path: Path) -> None:
    event = completed()
    known, again = later(event, 6), later(event, 7)
    async with fresh_emulator(tmp_path) as emulator, a_consumer(emulator, tmp_path) as consumer:
        async with consumer.consuming():
            await publish(emulator, event, event, stale(event), known)
            await consumer.has_seen(event, known)
        async with consumer.consuming():
            await publish(emulator, event, known, again)
            await consumer.has_seen(again)
        job = (str(event.video.video_id), event.video.raw_file_reference)
        assert consumer.rows("SELECT * FROM to_transcode") == [job]
        newest = (str(event.aggregate_id), 7)
        assert consumer.rows("SELECT * FROM newest") == [newest]
        assert len(consumer.rows("SELECT * FROM seen")) == 4


def test_the_page_shows_the_script_that_was_run() -> None:
    page = (REPOSITORY / "docs" / "events.md").read_text()
    assert f"```python\n{SCRIPT.read_text()}```\n" in page
