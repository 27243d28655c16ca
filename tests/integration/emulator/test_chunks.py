"""The chunk protocol: 308 and Range until the object is whole."""

import hashlib

import httpx
import pytest

from catalog.emulator import Emulator
from tests.integration.emulator.uploads import KIB_256, open_upload, some_bytes

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = some_bytes(2 * KIB_256 + 17)
TOTAL = len(BODY)


def stored_md5(emulator: Emulator, name: str) -> str:
    return emulator.objects.get(emulator.settings.buckets[0], name).md5.hex()


async def test_chunks_add_up_to_the_object(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """[performing-resumable] 308 with ``Range: bytes=0-N``, N inclusive, then 200."""
    upload = await open_upload(emulator, http)
    first = await upload.chunk(BODY[:KIB_256], 0, TOTAL)
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{KIB_256 - 1}")
    assert "location" not in first.headers
    second = await upload.chunk(BODY[KIB_256 : 2 * KIB_256], KIB_256, TOTAL)
    assert (second.status_code, second.headers["range"]) == (308, f"bytes=0-{2 * KIB_256 - 1}")
    last = await upload.chunk(BODY[2 * KIB_256 :], 2 * KIB_256, TOTAL)
    assert (last.status_code, last.content) == (200, b"")
    assert stored_md5(emulator, upload.name) == hashlib.md5(BODY).hexdigest()


async def test_the_whole_object_may_come_in_one_put(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[py-signing-systest] Content-Range omitted: all bytes in one PUT."""
    upload = await open_upload(emulator, http)
    assert (await upload.put(BODY)).status_code == 200
    assert stored_md5(emulator, upload.name) == hashlib.md5(BODY).hexdigest()


async def test_the_total_may_become_known_with_the_last_chunk(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[java-put-task] ``bytes A-B/*`` and then ``bytes A-B/TOTAL``."""
    upload = await open_upload(emulator, http)
    assert (await upload.chunk(BODY[:KIB_256], 0, "*")).status_code == 308
    assert (await upload.chunk(BODY[KIB_256:], KIB_256, TOTAL)).status_code == 200


async def test_an_upload_may_be_finished_without_data(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[java-put-task] ``bytes */TOTAL`` with an empty body once everything is persisted."""
    upload = await open_upload(emulator, http)
    await upload.chunk(BODY[:KIB_256], 0, "*")
    assert (await upload.put(b"", f"bytes */{KIB_256}")).status_code == 200


@pytest.mark.parametrize("total", [str(TOTAL), "*"])
async def test_a_stream_to_the_end_completes(
    emulator: Emulator, http: httpx.AsyncClient, total: str
) -> None:
    """[node-resumable] ``bytes A-*/TOTAL`` or ``bytes A-*/*``."""
    upload = await open_upload(emulator, http)
    await upload.chunk(BODY[:KIB_256], 0, total)
    answer = await upload.put(BODY[KIB_256:], f"bytes {KIB_256}-*/{total}")
    assert answer.status_code == 200
    assert stored_md5(emulator, upload.name) == hashlib.md5(BODY).hexdigest()


@pytest.mark.parametrize("content_range", [None, "bytes */0"])
async def test_an_empty_object_needs_no_range(
    emulator: Emulator, http: httpx.AsyncClient, content_range: str | None
) -> None:
    """[gsutil-xml-resumable] an empty object: no Content-Range, since ranges are inclusive."""
    upload = await open_upload(emulator, http)
    assert (await upload.put(b"", content_range)).status_code == 200
    assert stored_md5(emulator, upload.name) == hashlib.md5(b"").hexdigest()


async def test_a_badly_sized_chunk_is_accepted_only_in_part(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[resumable-uploads] multiples of 256 KiB except the last; [tame-gcs] the rest is dropped."""
    upload = await open_upload(emulator, http)
    small = await upload.chunk(BODY[:1000], 0, TOTAL)
    assert (small.status_code, "range" in small.headers) == (308, False)
    odd = await upload.chunk(BODY[: KIB_256 + 1000], 0, TOTAL)
    assert odd.headers["range"] == f"bytes=0-{KIB_256 - 1}"
    rest = await upload.chunk(BODY[KIB_256:], KIB_256, TOTAL)
    assert rest.status_code == 200
    assert stored_md5(emulator, upload.name) == hashlib.md5(BODY).hexdigest()


async def test_a_client_without_308_gets_200_and_an_override(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[testbench-rest] X-GUploader-No-308: yes."""
    upload = await open_upload(emulator, http)
    answer = await upload.chunk(BODY[:KIB_256], 0, TOTAL, x_guploader_no_308="yes")
    assert answer.status_code == 200
    assert answer.headers["x-http-status-code-override"] == "308"
    assert answer.headers["range"] == f"bytes=0-{KIB_256 - 1}"


async def test_no_signature_is_asked_for_once_the_session_is_open(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[iam-xml] PUTs of a resumable upload need no permission: the URI is the credential."""
    upload = await open_upload(emulator, http)
    bare = upload.uri.partition("?")[0]
    upload_id = upload.uri.partition("&upload_id=")[2]
    answer = await http.put(f"{bare}?upload_id={upload_id}", content=b"x")
    assert answer.status_code == 200
