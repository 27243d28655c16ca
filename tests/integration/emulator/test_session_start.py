"""Opening a session: the signed POST of the XML API."""

import httpx
import pytest

from catalog.emulator import Emulator
from tests.integration.emulator.uploads import a_name, open_upload, signed_url

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADERS = {
    "content-type": "video/mp4",
    "x-goog-resumable": "start",
    "x-goog-if-generation-match": "0",
    "x-upload-content-type": "video/mp4",
}


async def test_the_answer_is_201_empty_with_the_signed_url_and_an_upload_id(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[py-signing-systest] 201; [twitter-resumable] Location is the signed URL + upload_id."""
    url = signed_url(emulator, a_name(), HEADERS)
    answer = await http.post(url, headers=HEADERS)
    assert (answer.status_code, answer.content) == (201, b"")
    signed, _, upload_id = answer.headers["location"].partition("&upload_id=")
    assert signed == url
    assert len(upload_id) > 40


async def test_nothing_appears_in_the_bucket_before_completion(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[resumable-uploads] only completed uploads appear in the bucket."""
    upload = await open_upload(emulator, http)
    assert upload.name not in {stored.name for stored in emulator.objects}


async def test_the_type_of_the_object_is_the_content_type_of_the_post(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[post-object-resumable] Content-Type counts; x-upload-content-type is no XML header."""
    headers = {**HEADERS, "content-type": "video/webm"}
    name = a_name()
    answer = await http.post(signed_url(emulator, name, headers), headers=headers)
    await http.put(answer.headers["location"], content=b"x", headers={"content-type": "a/b"})
    assert emulator.objects.get(emulator.settings.buckets[0], name).headers.content_type == (
        "video/webm"
    )


async def test_without_a_content_type_the_object_is_an_octet_stream(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[post-object-resumable] absent means application/octet-stream."""
    headers = {"x-goog-resumable": "start", "x-goog-meta-upload-id": "7"}
    name = a_name()
    answer = await http.post(signed_url(emulator, name, headers), headers=headers)
    await http.put(answer.headers["location"], content=b"x")
    stored = emulator.objects.get(emulator.settings.buckets[0], name)
    assert stored.headers.content_type == "application/octet-stream"
    assert stored.headers.metadata == {"upload-id": "7"}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({**HEADERS, "content-type": "video/mp4; charset=utf-8"}, 403, "SignatureDoesNotMatch"),
        ({**HEADERS, "x-goog-api-client": "gl"}, 403, "SignatureDoesNotMatch"),
        ({n: v for n, v in HEADERS.items() if n != "content-type"}, 400, "MalformedSecurityHeader"),
    ],
)
async def test_headers_other_than_the_signed_ones_are_refused(
    emulator: Emulator, http: httpx.AsyncClient, headers: dict[str, str], status: int, code: str
) -> None:
    """[canonical-requests] the header set and the bytes of each value are signed."""
    answer = await http.post(signed_url(emulator, a_name(), HEADERS), headers=headers)
    assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (status, True)
    assert answer.headers["content-type"] == "application/xml; charset=UTF-8"


async def test_a_wrong_signature_echoes_what_was_expected(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """Seen in public captures of 2024 and 2025: StringToSign and CanonicalRequest in the XML."""
    url = signed_url(emulator, a_name(), HEADERS)
    answer = await http.post(f"{url[:-8]}00000000", headers=HEADERS)
    assert answer.status_code == 403
    assert "<StringToSign>GOOG4-RSA-SHA256\n" in answer.text
    assert "<CanonicalRequest>POST\n" in answer.text


async def test_a_body_or_a_missing_length_is_refused(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[post-object-resumable] Content-Length: 0 is required and the body must be empty."""
    url = signed_url(emulator, a_name(), HEADERS)
    assert (await http.post(url, headers=HEADERS, content=b"{}")).status_code == 400
    request = http.build_request("POST", url, headers=HEADERS)
    del request.headers["content-length"]
    assert (await http.send(request)).status_code == 411


async def test_a_post_that_starts_nothing_is_refused(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[signed-urls] POST is for opening resumable uploads only."""
    answer = await http.post(signed_url(emulator, a_name(), {}), headers={})
    assert answer.status_code == 400


async def test_an_unknown_bucket_is_404(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """[reference-status] NoSuchBucket."""
    url = signed_url(emulator, a_name(), HEADERS, bucket="another-bucket")
    answer = await http.post(url, headers=HEADERS)
    assert (answer.status_code, "NoSuchBucket" in answer.text) == (404, True)


@pytest.mark.parametrize("name", ["videos/ä ö/%2F+&=?#", "videos//double", "a" * 1024])
async def test_any_object_name_survives_the_way(
    emulator: Emulator, http: httpx.AsyncClient, name: str
) -> None:
    """[storage-quotas] names are up to 1024 bytes of UTF-8."""
    upload = await open_upload(emulator, http, name)
    assert (await upload.put(b"content")).status_code == 200
    assert emulator.objects.get(emulator.settings.buckets[0], name).size == 7


async def test_a_name_of_more_than_1024_bytes_is_refused(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[storage-quotas] names are up to 1024 bytes of UTF-8."""
    answer = await http.post(signed_url(emulator, "a" * 1025, HEADERS), headers=HEADERS)
    assert answer.status_code == 400
