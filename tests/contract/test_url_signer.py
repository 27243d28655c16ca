"""Session starts: what a client is given to open a session with."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest
import pytest_asyncio

from catalog.adapters.gcs.iam_signer import IamSigner
from catalog.adapters.gcs.key_signer import KeySigner
from catalog.adapters.gcs.signer import SignedStarts
from catalog.adapters.memory.signer import MemorySigner
from catalog.application.ports import UrlSigner
from catalog.domain.errors import SignerUnavailableError
from catalog.domain.values import ObjectRef
from catalog.emulator import Emulator
from tests.support.builders import init_facts
from tests.support.static_token import StaticAccessToken

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Signing:
    signer: UrlSigner
    broken: Callable[[], UrlSigner] | None
    """The same kind where no signature can be had; None where that cannot happen."""
    at: datetime


def in_memory(at: datetime) -> Signing:
    return Signing(MemorySigner(LIFE), lambda: MemorySigner(LIFE, available=False), at)


def with_key(emulator: Emulator, at: datetime) -> Signing:
    blobs = KeySigner.from_file(emulator.service_account_file)
    signer = SignedStarts(blobs, url_life=LIFE, endpoint=emulator.url)
    return Signing(signer, None, at)


def with_iam(emulator: Emulator, http: httpx.AsyncClient, at: datetime) -> Signing:
    def through(endpoint: str) -> SignedStarts:
        blobs = IamSigner(
            emulator.settings.signer_email,
            client=http,
            tokens=StaticAccessToken("any"),
            endpoint=endpoint,
            deadline_seconds=20,
            backoff_seconds=0.01,
        )
        return SignedStarts(blobs, url_life=LIFE, endpoint=emulator.url)

    nobody = "http://127.0.0.1:1"
    return Signing(through(emulator.url), lambda: through(nobody), at)


@pytest_asyncio.fixture(params=["memory", "key", "iam"], loop_scope="session")
async def signing(
    request: pytest.FixtureRequest, emulator: Emulator, http: httpx.AsyncClient
) -> AsyncIterator[Signing]:
    at = emulator.clock.now()
    if request.param == "memory":
        yield in_memory(at)
    else:
        yield with_key(emulator, at) if request.param == "key" else with_iam(emulator, http, at)


def a_ref() -> ObjectRef:
    return init_facts().ref


async def test_a_start_says_everything_but_the_body(signing: Signing) -> None:
    ref = a_ref()
    start = await signing.signer.signed_resumable_init_url(ref, "video/webm", signing.at)
    assert start.method == "POST"
    assert f"/{ref.bucket}/{ref.name}?" in start.url
    assert dict(start.headers) == {
        "content-type": "video/webm",
        "x-goog-if-generation-match": "0",
        "x-goog-resumable": "start",
        "x-upload-content-type": "video/webm",
    }


async def test_it_expires_its_lifetime_after_the_given_second(signing: Signing) -> None:
    at = signing.at.replace(microsecond=999_999)
    elsewhere = at.astimezone(timezone(timedelta(hours=9)))
    start = await signing.signer.signed_resumable_init_url(a_ref(), "video/mp4", elsewhere)
    assert start.expires_at == at.replace(microsecond=0) + LIFE
    assert start.expires_at.tzinfo is UTC


async def test_the_url_shows_in_no_repr(signing: Signing) -> None:
    start = await signing.signer.signed_resumable_init_url(a_ref(), "video/mp4", signing.at)
    assert start.url not in repr(start)
    assert "ignature" not in repr(start)


@pytest.mark.parametrize("signing", ["memory", "iam"], indirect=True)
async def test_without_a_signature_it_is_a_passing_fault(signing: Signing) -> None:
    assert signing.broken is not None
    with pytest.raises(SignerUnavailableError):
        await signing.broken().signed_resumable_init_url(a_ref(), "video/mp4", signing.at)


@pytest.mark.parametrize("signing", ["key", "iam"], indirect=True)
async def test_a_real_start_opens_a_session(signing: Signing, http: httpx.AsyncClient) -> None:
    start = await signing.signer.signed_resumable_init_url(a_ref(), "video/mp4", signing.at)
    answer = await http.request(start.method, start.url, headers=dict(start.headers))
    assert answer.status_code == 201
    assert answer.headers["location"]
