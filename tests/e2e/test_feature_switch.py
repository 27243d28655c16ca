"""uploads.enabled off, as in a rollback: nobody begins, and what has begun goes on."""

from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from catalog.api.video.v1 import upload_pb2
from tests.e2e.person import SECONDS, Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site, running_site

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def off(site: Site) -> AsyncIterator[Site]:
    """The same site once the switch is off: pushes come here."""
    changes = {"uploads": {"enabled": False}}
    async with running_site(site.emulator, site.service.dsn, changes) as running:
        yield running


async def test_init_is_refused_for_a_minute_whether_the_content_is_known_or_not(
    person: Person, off: Site
) -> None:
    await person.init(known := an_md5())
    for md5 in (known, an_md5()):
        told = await refusal(person.over(off.rpc).init(md5))
        assert told.code is grpc.StatusCode.UNAVAILABLE
        assert told.info.reason == "UPLOADS_DISABLED"
        assert told.retry_seconds == 60


async def test_an_upload_that_had_begun_completes(person: Person, off: Site) -> None:
    answer = await person.init(md5 := an_md5())
    assert await off.pushes.push(person.finalize(md5)) == 204
    shown = await person.over(off.rpc).get(answer.upload_id)
    assert shown.status == "completed"
    video = await person.over(off.rpc).video(shown.video_id)
    assert video.status == "processing"


async def test_an_upload_that_had_begun_is_reported_bound_and_cancelled(
    person: Person, off: Site
) -> None:
    answer = await person.init(an_md5())
    now = person.over(off.rpc)
    assert await _reported(now, answer.upload_id) == "uploading"
    bound = await now.bind(answer.upload_id, await now.make_video())
    assert bound.version > 1
    cancelled = await now.rpc.uploads.CancelUpload(
        upload_pb2.CancelUploadRequest(upload_id=answer.upload_id),
        metadata=now.metadata,
        timeout=SECONDS,
    )
    assert cancelled.error_code == "CANCELLED"


async def _reported(person: Person, upload_id: str) -> str:
    request = upload_pb2.ReportUploadProgressRequest(upload_id=upload_id, bytes_persisted=1)
    answer = await person.rpc.uploads.ReportUploadProgress(
        request, metadata=person.metadata, timeout=SECONDS
    )
    return answer.status
