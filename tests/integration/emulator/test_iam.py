"""signBlob, and the key file's own credentials."""

import asyncio
import base64
import stat
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from catalog.emulator import Emulator

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEARER = {"authorization": "Bearer anything"}


def sign_blob_url(emulator: Emulator, email: str | None = None) -> str:
    account = email or emulator.settings.signer_email
    return f"{emulator.url}/v1/projects/-/serviceAccounts/{account}:signBlob"


async def test_a_blob_is_signed_with_the_signer_key(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[iamcredentials-discovery] {payload} in, {keyId, signedBlob} out."""
    payload = {"payload": base64.b64encode(b"string to sign").decode()}
    answer = await http.post(sign_blob_url(emulator), json=payload, headers=BEARER)
    said = answer.json()
    assert set(said) == {"keyId", "signedBlob"}
    signature = base64.b64decode(said["signedBlob"])
    emulator.state.signer.public.verify(signature, b"string to sign", PKCS1v15(), SHA256())


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer"}, {"authorization": "Basic x"}])
async def test_without_a_bearer_token_nothing_is_signed(
    emulator: Emulator, http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """[creating-signatures] the caller needs iam.serviceAccounts.signBlob."""
    answer = await http.post(sign_blob_url(emulator), json={"payload": ""}, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("content", [b"", b"[]", b'{"payload": "%%"}', b'{"payload": 7}', b"{}"])
async def test_a_payload_that_is_no_base64_is_refused(
    emulator: Emulator, http: httpx.AsyncClient, content: bytes
) -> None:
    """[iamcredentials-discovery] payload is bytes in base64."""
    answer = await http.post(sign_blob_url(emulator), content=content, headers=BEARER)
    assert answer.status_code == 400


async def test_only_the_signer_account_signs(emulator: Emulator, http: httpx.AsyncClient) -> None:
    url = sign_blob_url(emulator, "other@x.iam.gserviceaccount.com")
    assert (await http.post(url, json={"payload": ""}, headers=BEARER)).status_code == 404


async def test_the_key_file_is_private_and_works_with_google_auth(emulator: Emulator) -> None:
    """The credentials fetch an access token from the emulator itself."""
    path = emulator.service_account_file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    from_file: Any = service_account.Credentials.from_service_account_file  # untyped
    credentials = from_file(str(path), scopes=["https://www.googleapis.com/auth/cloud-platform"])
    transport = Request()
    async with asyncio.timeout(20):
        await asyncio.to_thread(credentials.refresh, transport)
    transport.session.close()
    assert credentials.token
    assert credentials.service_account_email == emulator.settings.signer_email


async def test_an_assertion_signed_by_somebody_else_gets_no_token(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"}
    assert (await http.post(f"{emulator.url}/token", data=form)).status_code == 400
