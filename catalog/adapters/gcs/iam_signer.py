"""Signing without a key file: IAM Credentials' signBlob, in the name of a service account."""

import asyncio
import base64
from typing import Final
from urllib.parse import quote

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from catalog.adapters.gcs.access_tokens import AccessTokens
from catalog.domain.errors import SignerUnavailableError

PUBLIC_IAM_ENDPOINT: Final = "https://iamcredentials.googleapis.com"

_PASSING_STATUSES = frozenset({500, 502, 503, 504})
_ATTEMPTS = 4


class _FaultError(Exception):
    """No signature; the message says why and holds no secret."""


class _PassingFaultError(_FaultError):
    """The same request may succeed in a moment."""


class IamSigner:
    """One HTTP call a signature; the machine's account needs iam.serviceAccounts.signBlob.

    Passing faults are tried again, up to four times in all and never past the deadline.
    """

    def __init__(
        self,
        email: str,
        *,
        client: httpx.AsyncClient,
        tokens: AccessTokens,
        endpoint: str = PUBLIC_IAM_ENDPOINT,
        deadline_seconds: float = 4.0,
        backoff_seconds: float = 0.1,
    ) -> None:
        self._email = email
        self._client = client
        self._tokens = tokens
        account = quote(email, safe="@")
        self._url = f"{endpoint.rstrip('/')}/v1/projects/-/serviceAccounts/{account}:signBlob"
        self._deadline = deadline_seconds
        self._backoff = wait_random_exponential(multiplier=backoff_seconds, max=1.0)

    @property
    def email(self) -> str:
        """The account that the signature authorizes as."""
        return self._email

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature. Raises SignerUnavailableError."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_PassingFaultError),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=self._backoff,
            reraise=True,
        )
        try:
            async with asyncio.timeout(self._deadline):
                return await retrying(self._ask, base64.b64encode(message).decode())
        except (_FaultError, httpx.HTTPError, TimeoutError) as fault:
            raise SignerUnavailableError from fault

    async def _ask(self, payload: str) -> bytes:
        token = await self._tokens.token()
        try:
            answer = await self._client.post(
                self._url,
                json={"payload": payload},
                headers={"authorization": f"Bearer {token}"},
                timeout=self._deadline,
            )
        except httpx.TransportError as fault:
            raise _PassingFaultError(type(fault).__name__) from fault
        if answer.status_code in _PASSING_STATUSES:
            raise _PassingFaultError(f"status {answer.status_code}")
        return _signature(answer)


def _signature(answer: httpx.Response) -> bytes:
    """Read `signedBlob` (iamcredentials discovery); anything else is no signature."""
    if answer.status_code != httpx.codes.OK:
        raise _FaultError(f"status {answer.status_code}")
    try:
        signature = base64.b64decode(answer.json()["signedBlob"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise _FaultError("malformed answer") from None
    if not signature:
        raise _FaultError("empty signature")
    return signature
