"""Whatever bucket, signer, issuer or codec raise, their texts are in no answer and no log line."""

import base64
from dataclasses import dataclass

import httpx
import pytest

from catalog.adapters.gcs.iam_signer import IamSigner
from catalog.adapters.gcs.signer import SignedStarts
from catalog.adapters.pubsub.certificates import CertificateCache
from catalog.adapters.pubsub.push_tokens import PushTokens
from tests.e2e.brittle import (
    LIFE,
    Brittle,
    BrokenAuthenticator,
    BrokenEncoder,
    BrokenObjects,
    BrokenSigner,
    Parts,
)
from tests.e2e.broken_pool import Trouble
from tests.e2e.canary import CANARY, OTHER_FAULTS, assert_silent, watched
from tests.e2e.person import Person, an_md5
from tests.e2e.refusals import Refusal, refusal
from tests.support.static_token import StaticAccessToken


async def init_after_failure(service: Brittle) -> Refusal:
    """Start an upload anew whose object was refused: that looks into the bucket."""
    person = Person(service.rpc)
    await person.init(md5 := an_md5())
    wrong = person.finalize(md5).with_wrong_bytes()
    assert (await service.push(wrong.body())).status_code == 204
    return await refusal(person.init(md5))


@pytest.mark.parametrize("blind", [True, False])
async def test_no_fault_of_the_bucket_reaches_a_client(
    caplog: pytest.LogCaptureFixture, *, blind: bool
) -> None:
    trouble = Trouble()
    async with watched(Parts(objects=BrokenObjects(trouble, blind)), caplog) as service:
        for trouble.make in OTHER_FAULTS:
            assert_silent(await init_after_failure(service))
    assert trouble.strikes == len(OTHER_FAULTS)


async def test_no_fault_of_a_signer_reaches_a_client(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble()
    async with watched(Parts(signer=BrokenSigner(trouble)), caplog) as service:
        for trouble.make in OTHER_FAULTS:
            assert_silent(await refusal(Person(service.rpc).init(an_md5())))
    assert trouble.strikes == len(OTHER_FAULTS)


async def test_no_fault_of_the_codec_reaches_anybody(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble()
    async with watched(Parts(encoder=BrokenEncoder(trouble)), caplog) as service:
        person = Person(service.rpc)
        await person.init(md5 := an_md5())
        for trouble.make in OTHER_FAULTS:
            assert_silent(await refusal(person.make_video()))
            push = await service.push(person.finalize(md5).body())
            assert (push.status_code, push.content) == (503, b"")
            assert_silent(push)
    assert trouble.strikes >= len(OTHER_FAULTS)


async def test_no_fault_of_the_token_check_reaches_who_pushes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    trouble = Trouble()
    async with watched(Parts(authenticator=BrokenAuthenticator(trouble)), caplog) as service:
        for trouble.make in OTHER_FAULTS:
            push = await service.push(b"{}")
            assert (push.status_code, push.content) == (503, b"")
            assert_silent(push)
    assert trouble.strikes >= len(OTHER_FAULTS)


@dataclass(slots=True)
class Google:
    """The other end of a line: it breaks, or says what nobody hoped for."""

    status: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.status is None:
            raise httpx.ConnectError(CANARY, request=request)
        headers = {"location": f"https://{CANARY}", "www-authenticate": CANARY}
        return httpx.Response(self.status, text=CANARY, headers=headers)


STATUSES = [None, 200, 302, 400, 401, 403, 404, 429, 500, 503]


async def test_nothing_that_iam_says_reaches_a_client(caplog: pytest.LogCaptureFixture) -> None:
    google = Google()
    async with httpx.AsyncClient(transport=httpx.MockTransport(google)) as line:
        tokens = StaticAccessToken(CANARY)
        iam = IamSigner("a@b.example", client=line, tokens=tokens, backoff_seconds=0.001)
        async with watched(Parts(signer=SignedStarts(iam, url_life=LIFE)), caplog) as service:
            for google.status in STATUSES:
                refused = await refusal(Person(service.rpc).init(an_md5()))
                assert refused.reason == "SIGNER_UNAVAILABLE"
                assert_silent(refused)


@dataclass(slots=True)
class NewTokens:
    """The real check of tokens, each time with certificates that were never fetched before."""

    line: httpx.AsyncClient

    async def authenticate(self, authorization: str | None) -> None:
        certificates = CertificateCache(self.line, f"https://issuer.example/{CANARY}")
        tokens = PushTokens(certificates=certificates, audiences=("a",), email="a@b.example")
        await tokens.authenticate(authorization)


def a_token() -> str:
    parts = (b'{"alg":"RS256","typ":"JWT","kid":"unheard-of"}', b"{}", bytes(256))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


async def test_nothing_that_the_issuer_says_reaches_who_pushes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    google = Google()
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(google)) as line,
        watched(Parts(authenticator=NewTokens(line)), caplog) as service,
    ):
        for google.status in STATUSES:
            push = await service.push(b"{}", a_token())
            assert push.status_code == 503
            assert push.content == b""
            assert_silent(push)
