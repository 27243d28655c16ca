"""What clients report of their uploads, down to the columns that keep it."""

import uuid
from pathlib import Path

import grpc
import pytest

from catalog.api.video.v1 import upload_pb2
from catalog.client import (
    CatalogClient,
    ClientSettings,
    RetryPolicy,
    Timeouts,
    Uploader,
    UploadOptions,
)
from catalog.emulator.faults import Cut
from tests.e2e.owner import cancel, report
from tests.e2e.person import SECONDS, Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNTS = ("resume_count", "offset_mismatch_count", "precondition_failed_count")
KIB = 1024


async def counts(site: Site, upload_id: str) -> list[int]:
    row = await site.records.upload(upload_id)
    return [row[name] for name in COUNTS]


async def test_an_upload_is_reported_from_its_session_to_its_last_byte(
    site: Site, person: Person, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(uuid.uuid4().bytes * 64 * KIB)
    patient = RetryPolicy(max_attempts=8, first_wait=0.01, longest_wait=0.05, deadline=SECONDS)
    settings = ClientSettings(
        storage_retry=patient, poll_first_wait=0.01, timeouts=Timeouts(report=SECONDS)
    )
    site.emulator.faults.set(Cut(after_bytes=300 * KIB, times=2))
    async with CatalogClient(site.service.target, person.user, settings=settings) as client:
        result = await Uploader(client).upload(film, UploadOptions(watch=True))
    row = await site.records.upload(result.upload_id)
    assert row["status"] == "completed"
    assert row["resume_count"] == 2
    # The last report may come after the completion, which ends the counting of bytes.
    assert 0 <= row["bytes_reported"] <= film.stat().st_size


async def test_the_first_report_moves_the_upload_on_and_bytes_never_shrink(
    site: Site, person: Person
) -> None:
    started = await person.init(an_md5())
    said = []
    for bytes_persisted in (0, 262_144, 10):
        answer = await report(person, started.upload_id, bytes_persisted)
        said.append((answer.status, answer.bytes_reported))
    assert said == [("uploading", 0), ("uploading", 262_144), ("uploading", 262_144)]
    shown = await person.get(started.upload_id)
    assert (shown.status, shown.bytes_reported) == ("uploading", 262_144)


@pytest.mark.parametrize("ending", ["cancelled", "completed"])
async def test_what_ended_moves_no_more_but_its_counts_do(
    site: Site, person: Person, ending: str
) -> None:
    md5 = an_md5()
    started = await person.init(md5)
    await report(person, started.upload_id, 700, count=1)
    if ending == "cancelled":
        await cancel(person, started.upload_id)
    else:
        assert await site.pushes.push(person.finalize(md5)) == 204
    before = await person.get(started.upload_id)
    answer = await report(person, started.upload_id, 900, count=2)
    assert (answer.status, answer.bytes_reported) == (before.status, 700)
    after = await person.get(started.upload_id)
    after.updated_at_unixms = before.updated_at_unixms
    assert after == before
    assert await counts(site, started.upload_id) == [3, 3, 3]


async def test_a_new_attempt_keeps_the_counts(site: Site, person: Person) -> None:
    md5 = an_md5()
    started = await person.init(md5)
    await report(person, started.upload_id, 700, count=1)
    await cancel(person, started.upload_id)
    await person.init(md5)
    answer = await report(person, started.upload_id, 5, count=1)
    assert (answer.status, answer.bytes_reported) == ("uploading", 5)
    assert await counts(site, started.upload_id) == [2, 2, 2]


async def test_every_bad_field_is_named(person: Person) -> None:
    request = upload_pb2.ReportUploadProgressRequest(
        upload_id="x",
        bytes_persisted=-1,
        resume_count=-1,
        offset_mismatch_count=1_000_001,
        precondition_failed_count=-(2**31),
    )
    answer = await refusal(
        person.rpc.uploads.ReportUploadProgress(request, metadata=person.metadata, timeout=SECONDS)
    )
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.offending == ["upload_id", "bytes_persisted", *COUNTS]


async def test_a_foreign_and_an_unknown_upload_are_refused_in_the_same_bytes(
    site: Site, person: Person
) -> None:
    foreign = await site.person().init(an_md5())
    answers = [
        await refusal(report(person, upload_id, 5, count=1))
        for upload_id in (foreign.upload_id, str(uuid.uuid4()))
    ]
    assert answers[0].whole == answers[1].whole
    assert await counts(site, foreign.upload_id) == [0, 0, 0]
