"""Signed starts that the emulator verifies, by key file and by signBlob, byte for byte as real."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from google.oauth2 import service_account

from catalog.adapters.gcs.access_tokens import CLOUD_PLATFORM, GoogleAccessTokens
from catalog.adapters.gcs.blob_signer import BlobSigner
from catalog.adapters.gcs.iam_signer import IamSigner
from catalog.adapters.gcs.key_signer import KeySigner
from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.gcs.signer import SignedStarts
from catalog.application.records import SignedStart
from catalog.domain.errors import SignerUnavailableError
from catalog.domain.values import ObjectRef
from catalog.emulator import Emulator
from tests.support.static_token import StaticAccessToken

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIGNERS = ["key", "iam with any token", "iam with a token of its own credentials"]
NAMES = ["videos/7a/0c", "videos/ü b/+&?#~%41//x"]


@asynccontextmanager
async def blob_signer(
    kind: str, emulator: Emulator, http: httpx.AsyncClient
) -> AsyncIterator[BlobSigner]:
    if kind == "key":
        yield KeySigner.from_file(emulator.service_account_file)
        return
    own = GoogleAccessTokens(lambda: credentials_of(emulator))
    tokens = StaticAccessToken("any") if kind == SIGNERS[1] else own
    email = emulator.settings.signer_email
    yield IamSigner(email, client=http, tokens=tokens, endpoint=emulator.url)
    await own.aclose()


def credentials_of(emulator: Emulator) -> Any:
    """Credentials that really fetch their token, from the emulator's token endpoint."""
    google: Any = service_account.Credentials
    return google.from_service_account_file(emulator.service_account_file, scopes=[CLOUD_PLATFORM])


async def a_start(blobs: BlobSigner, emulator: Emulator, name: str, **late: float) -> SignedStart:
    signer = SignedStarts(blobs, url_life=timedelta(seconds=900), endpoint=emulator.url)
    at = datetime.now(UTC) - timedelta(**late)
    return await signer.signed_resumable_init_url(
        ObjectRef("catalog-uploads", name), "video/mp4", at
    )


async def opened(http: httpx.AsyncClient, start: SignedStart, **other: str) -> httpx.Response:
    """Start as told, save for `other` headers; an empty value leaves a header out."""
    headers = dict(start.headers) | {name.replace("_", "-"): text for name, text in other.items()}
    sent = {name: text for name, text in headers.items() if text}
    return await http.request(start.method, start.url, headers=sent)


@pytest.mark.parametrize("kind", SIGNERS)
@pytest.mark.parametrize("name", NAMES)
async def test_a_signed_start_opens_a_session_that_stores_the_object(
    emulator: Emulator, http: httpx.AsyncClient, objects: BucketObjects, kind: str, name: str
) -> None:
    name = f"{name}/{uuid.uuid4()}"
    async with blob_signer(kind, emulator, http) as blobs:
        answer = await opened(http, await a_start(blobs, emulator, name))
    assert answer.status_code == 201, answer.text
    put = await http.put(answer.headers["location"], content=b"moving pictures")
    assert put.status_code == 200
    stored = await objects.stat(ObjectRef("catalog-uploads", name))
    assert stored is not None
    assert (stored.size_bytes, stored.content_type) == (15, "video/mp4")


@pytest.mark.parametrize(
    ("other", "status", "code"),
    [
        ({"content_type": "video/webm"}, 403, "SignatureDoesNotMatch"),
        ({"x_upload_content_type": "video/webm"}, 403, "SignatureDoesNotMatch"),
        ({"x_goog_if_generation_match": "1"}, 403, "SignatureDoesNotMatch"),
        ({"x_goog_meta_note": "x"}, 403, "SignatureDoesNotMatch"),
        ({"content_type": ""}, 400, "MalformedSecurityHeader"),
        ({"x_goog_if_generation_match": ""}, 400, "MalformedSecurityHeader"),
    ],
)
async def test_a_start_is_bound_to_its_headers(
    emulator: Emulator, http: httpx.AsyncClient, other: dict[str, str], status: int, code: str
) -> None:
    blobs = KeySigner.from_file(emulator.service_account_file)
    answer = await opened(http, await a_start(blobs, emulator, "videos/bound"), **other)
    assert answer.status_code == status
    assert f"<Code>{code}</Code>" in answer.text


async def test_a_start_opens_nothing_after_its_time(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    blobs = KeySigner.from_file(emulator.service_account_file)
    assert (await opened(http, await a_start(blobs, emulator, "videos/t", seconds=890))).is_success
    late = await opened(http, await a_start(blobs, emulator, "videos/t", seconds=901))
    assert late.status_code == 400
    assert "<Code>ExpiredToken</Code>" in late.text


async def test_an_account_the_service_does_not_know_signs_nothing(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    stranger = IamSigner(
        "nobody@catalog-local.iam.gserviceaccount.com",
        client=http,
        tokens=StaticAccessToken("any"),
        endpoint=emulator.url,
    )
    with pytest.raises(SignerUnavailableError):
        await a_start(stranger, emulator, "videos/x")
