"""Signing through signBlob: what is asked, what is tried again, what is given up."""

import asyncio
import base64
import json
import time
from collections.abc import Callable

import httpx
import pytest

from catalog.adapters.gcs.iam_signer import IamSigner
from catalog.domain.errors import SignerUnavailableError
from tests.support.static_token import StaticAccessToken

EMAIL = "signer@catalog-test.iam.gserviceaccount.com"
TOKEN = "ya29.canary-token"
SIGNED = b"\x00signature\xff"

Answer = httpx.Response | Exception


def signed(signature: str = base64.b64encode(SIGNED).decode()) -> httpx.Response:
    return httpx.Response(200, json={"keyId": "k", "signedBlob": signature})


class Iam:
    """Gives the scripted answers in turn, the last one for ever, and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
        self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def sign(iam: Callable[[httpx.Request], httpx.Response], message: bytes = b"text") -> bytes:
    async with httpx.AsyncClient(transport=httpx.MockTransport(iam)) as client:
        signer = IamSigner(
            EMAIL, client=client, tokens=StaticAccessToken(TOKEN), backoff_seconds=0.001
        )
        return await signer.sign(message)


async def test_the_message_is_signed_in_the_accounts_name() -> None:
    iam = Iam(signed())
    assert await sign(iam, b"a\x00\xffb") == SIGNED
    (request,) = iam.requests
    assert request.method == "POST"
    assert str(request.url) == (
        f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{EMAIL}:signBlob"
    )
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.content) == {"payload": base64.b64encode(b"a\x00\xffb").decode()}


@pytest.mark.parametrize(
    "fault",
    [
        *(httpx.Response(status) for status in (500, 502, 503, 504)),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("closed"),
    ],
    ids=repr,
)
async def test_a_passing_fault_is_tried_again(fault: Answer) -> None:
    iam = Iam(fault, fault, signed())
    assert await sign(iam) == SIGNED
    assert len(iam.requests) == 3


@pytest.mark.parametrize("fault", [httpx.Response(503), httpx.ConnectError("refused")], ids=repr)
async def test_a_fault_that_does_not_pass_ends_after_four_tries(fault: Answer) -> None:
    iam = Iam(fault)
    with pytest.raises(SignerUnavailableError):
        await sign(iam)
    assert len(iam.requests) == 4


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 429, 501])
async def test_a_refusal_is_not_tried_again(status: int) -> None:
    iam = Iam(httpx.Response(status, json={"error": "no"}), signed())
    with pytest.raises(SignerUnavailableError):
        await sign(iam)
    assert len(iam.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"signedBlob": 7}),
        httpx.Response(200, json={"signedBlob": None}),
        signed(""),
        signed("no base64!"),
    ],
    ids=lambda answer: answer.text,
)
async def test_an_answer_without_a_signature_is_no_signature(answer: httpx.Response) -> None:
    with pytest.raises(SignerUnavailableError):
        await sign(Iam(answer))


async def test_neither_token_nor_answer_shows_in_the_error() -> None:
    canary = "canary-of-the-answer"
    for answer in (httpx.Response(403, text=canary), httpx.ReadError(canary)):
        with pytest.raises(SignerUnavailableError) as refusal:
            await sign(Iam(answer))
        assert canary not in str(refusal.value)
        assert TOKEN not in str(refusal.value)


async def test_no_answer_ends_at_the_deadline() -> None:
    class Silence(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(3600)
            raise AssertionError

    async with httpx.AsyncClient(transport=Silence()) as client:
        signer = IamSigner(
            EMAIL, client=client, tokens=StaticAccessToken(TOKEN), deadline_seconds=0.05
        )
        started = time.monotonic()
        with pytest.raises(SignerUnavailableError):
            await signer.sign(b"text")
        assert time.monotonic() - started < 20


async def test_another_endpoint_is_asked_without_a_double_slash() -> None:
    iam = Iam(signed())
    async with httpx.AsyncClient(transport=httpx.MockTransport(iam)) as client:
        tokens = StaticAccessToken(TOKEN)
        signer = IamSigner(EMAIL, client=client, tokens=tokens, endpoint="http://127.0.0.1:9/")
        await signer.sign(b"text")
    assert str(iam.requests[0].url).startswith("http://127.0.0.1:9/v1/projects/-/")
