"""What the last PUT answers, and what a completed session answers for ever."""

import base64
import hashlib

import google_crc32c
import httpx
import pytest

from catalog.emulator import Emulator
from tests.integration.emulator.uploads import KIB_256, open_upload, some_bytes

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = some_bytes(KIB_256 + 3)
MD5 = base64.b64encode(hashlib.md5(BODY).digest()).decode()
CRC32C = base64.b64encode(google_crc32c.value(BODY).to_bytes(4, "big")).decode()


async def test_the_object_is_described_in_headers_and_not_in_the_body(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[java-put-task] empty, with x-goog-stored-content-length; [gsutil-xml-resumable] ETag and
    generations; [xml-reference-headers] x-goog-hash, two lines.
    """
    upload = await open_upload(emulator, http)
    answer = await upload.put(BODY)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
    assert int(answer.headers["x-goog-generation"]) > 0
    assert answer.headers["x-goog-metageneration"] == "1"
    assert answer.headers["x-goog-stored-content-length"] == str(len(BODY))
    assert answer.headers["x-goog-stored-content-encoding"] == "identity"
    assert sorted(answer.headers.get_list("x-goog-hash")) == [f"crc32c={CRC32C}", f"md5={MD5}"]


async def test_a_completed_session_says_200_again_and_ignores_data(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[java-put-test] any PUT is 200, same object; [java-query-task] so is a status query."""
    upload = await open_upload(emulator, http)
    first = await upload.put(BODY)
    again = [
        await upload.put(b"other bytes"),
        await upload.chunk(BODY[:KIB_256], 0, len(BODY)),
        await upload.status(),
        await upload.status(len(BODY)),
    ]
    for answer in again:
        assert answer.status_code == 200
        assert answer.headers["x-goog-generation"] == first.headers["x-goog-generation"]
    assert emulator.objects.get(emulator.settings.buckets[0], upload.name).size == len(BODY)


@pytest.mark.parametrize(
    "header", [f"md5={MD5}", f"crc32c={CRC32C}", f"crc32c={CRC32C},md5={MD5}", "sha256=unknown"]
)
async def test_hashes_of_the_client_are_checked(
    emulator: Emulator, http: httpx.AsyncClient, header: str
) -> None:
    """[node-resumable] X-Goog-Hash on the last PUT, comma separated."""
    upload = await open_upload(emulator, http)
    assert (await upload.put(BODY, None, x_goog_hash=header)).status_code == 200


@pytest.mark.parametrize("header", ["md5=AAAA", f"crc32c=AAAAAA==,md5={MD5}"])
async def test_a_wrong_hash_makes_no_object_and_ends_the_session(
    emulator: Emulator, http: httpx.AsyncClient, header: str
) -> None:
    """[reference-status] 400 BadDigest; [gcs-resumable-16] bad data terminates: then 410."""
    upload = await open_upload(emulator, http)
    refused = await upload.put(BODY, None, x_goog_hash=header)
    assert (refused.status_code, "<Code>BadDigest</Code>" in refused.text) == (400, True)
    assert (await upload.status()).status_code == 410
    assert (await upload.put(BODY)).status_code == 410
    assert upload.name not in {stored.name for stored in emulator.objects}


async def test_a_hash_on_the_post_is_not_enforced(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[studio-5975] a signed x-goog-hash on the initiating POST pins nothing."""
    upload = await open_upload(emulator, http, x_goog_hash="md5=AAAAAAAAAAAAAAAAAAAAAA==")
    assert (await upload.put(BODY)).status_code == 200


async def test_generations_strictly_increase(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """[request-preconditions] every new object is a new generation, a positive int64."""
    name = None
    generations = []
    for _ in range(5):
        upload = await open_upload(emulator, http, name)
        name = upload.name
        generations.append(int((await upload.put(b"x")).headers["x-goog-generation"]))
    assert generations == sorted(set(generations))
    assert 0 < generations[-1] < 2**63
