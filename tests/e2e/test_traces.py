"""One trace from Init to the subscriber, and the story of each upload in the log, in order."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.api.video.v1.upload_pb2 import InitResumableUploadRequest
from catalog.devstack.subscriber import EventSubscriber, event_subscriber
from catalog.emulator import Emulator
from tests.e2e.person import Person
from tests.e2e.service_process import served
from tests.support.collector import Collector, collector
from tests.support.patience import PATIENT
from tests.support.waiting import until

UPLOADS = 100
INIT = "video.v1.UploadService/InitResumableUpload"


@dataclass(frozen=True, slots=True)
class Uploaded:
    upload_id: str
    trace_id: str | None
    """As the client began it; None where the service has to."""


async def upload(person: Person, emulator: Emulator, number: int) -> Uploaded:
    """Begin and store one; every other client says which trace it belongs to."""
    content = f"upload {number}".encode()
    trace = secrets.token_hex(16) if number % 2 else None
    metadata = person.metadata
    if trace is not None:
        metadata += (("traceparent", f"00-{trace}-{secrets.token_hex(8)}-01"),)
    request = InitResumableUploadRequest(
        filename="a.mp4",
        content_type="video/mp4",
        content_md5_hex=(md5 := hashlib.md5(content, usedforsecurity=False).hexdigest()),
        size_bytes=len(content),
    )
    answer = await person.rpc.uploads.InitResumableUpload(request, metadata=metadata, timeout=60)
    emulator.store(person.named(md5), content, notify=True)
    return Uploaded(answer.upload_id, trace)


async def heard(subscriber: EventSubscriber, uploads: Sequence[Uploaded]) -> Mapping[str, str]:
    """The trace of each upload's completion, as the subscriber was told of it."""
    traces = {}
    for each in uploads:
        event = await subscriber.until("video.upload.completed", each.upload_id, 60)
        traces[each.upload_id] = event.attributes["traceparent"][3:35]
    return traces


def assert_one_trace(spans: Collector, traces: Mapping[str, str]) -> None:
    """Each upload's spans are those of its trace, and the push points there."""
    ids = set(traces.values())
    assert len(ids) == UPLOADS
    assert sorted(spans.traces(INIT)) == sorted(ids)
    assert {
        span.facts["catalog.upload_id"]: span.trace_id for span in spans.named("upload.finalize")
    } == traces
    assert set(spans.traces("outbox.publish")) == ids
    assert {span.links for span in spans.named("gcs.callback")} == {(each,) for each in ids}


def story(lines: Sequence[str], upload_id: str) -> list[dict[str, str]]:
    """What `grep` of the id shows."""
    return [json.loads(line) for line in lines if upload_id in line]


def assert_told_in_order(lines: Sequence[str], upload_id: str, trace: str) -> None:
    found = story(lines, upload_id)
    assert [(line["event"], line.get("effect", "")) for line in found] == [
        ("rpc", ""),
        ("push", "completed"),
        ("event_published", ""),
    ]
    assert {line["trace_id"] for line in found} == {trace}
    init, push, _ = found
    assert init["object_name"] == push["object_name"]
    assert init["user_id"] == push["user_id"]
    assert push["pubsub_message_id"]
    assert push["gcs_generation"]
    times = [line["timestamp"] for line in found]
    assert times == sorted(times)


async def test_one_trace_and_one_story_lead_from_init_to_the_subscriber(
    emulator: Emulator, database: str, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    async with collector() as spans:
        settings = {
            "CATALOG_WORKERS__IN_SERVER": "true",
            # A first walk that meets an object before its push does would complete it instead.
            "CATALOG_GC__BUCKET_INTERVAL_HOURS": "0",
            "CATALOG_TELEMETRY__LOG_FORMAT": "json",
            "CATALOG_TELEMETRY__OTLP_ENDPOINT": spans.url,
        }
        async with (
            event_subscriber(emulator) as subscriber,
            served(emulator, database, log, {**PATIENT, **settings}) as service,
            service.rpc() as rpc,
        ):
            uploads = [await upload(Person(rpc), emulator, number) for number in range(UPLOADS)]
            traces = await heard(subscriber, uploads)
            published = [message.attributes["event_type"] for message in emulator.published]
            await until(lambda: len(spans.named("outbox.publish")) == len(published))
            await until(lambda: len(spans.named("upload.finalize")) == UPLOADS)
            await until(lambda: len(spans.named("gcs.callback")) >= UPLOADS)
    assert all(traces[each.upload_id] == each.trace_id for each in uploads if each.trace_id)
    assert_one_trace(spans, traces)
    lines = log.read_text("utf-8").splitlines()
    for each in uploads:
        assert_told_in_order(lines, each.upload_id, traces[each.upload_id])
