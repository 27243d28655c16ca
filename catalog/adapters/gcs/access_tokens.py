"""Bearer tokens for Google's APIs."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import google.auth
import structlog
from google.auth.credentials import TokenState

from catalog.domain.errors import SignerUnavailableError

CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"

Credentials = Any
"""google.auth.credentials.Credentials, which carries no types for what is used here."""

log = structlog.get_logger(component="signer")


class AccessTokens(Protocol):
    """Where bearer tokens come from."""

    async def token(self) -> str:
        """Return a token that is valid now. Raises SignerUnavailableError."""
        ...


def default_credentials() -> Credentials:
    """Find the credentials of the machine, scoped to Google Cloud; blocking."""
    credentials, _ = google.auth.default(scopes=[CLOUD_PLATFORM])
    return credentials


class GoogleAccessTokens:
    """Keeps one token of the machine's credentials; at most one refresh at a time, in a thread.

    Minutes before its end a token is still handed out while the next one is
    fetched; only without a valid one does a caller wait.
    """

    def __init__(
        self,
        load: Callable[[], Credentials] = default_credentials,
        *,
        refresh_deadline_seconds: float = 5.0,
    ) -> None:
        self._load = load
        self._deadline = refresh_deadline_seconds
        self._credentials: Credentials = None
        self._refreshing: asyncio.Task[None] | None = None

    async def token(self) -> str:
        """Return a token that is valid now. Raises SignerUnavailableError."""
        if self._state() is not TokenState.FRESH and self._refreshing is None:
            self._refreshing = asyncio.create_task(self._refresh(), name="access-token")
        if self._state() is TokenState.INVALID and self._refreshing is not None:
            await asyncio.wait({self._refreshing})
        if self._state() is TokenState.INVALID:
            raise SignerUnavailableError
        token: str = self._credentials.token
        return token

    async def aclose(self) -> None:
        """End a refresh under way; its thread ends with its request. Safe to repeat."""
        task, self._refreshing = self._refreshing, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def _state(self) -> TokenState:
        if self._credentials is None:
            return TokenState.INVALID
        state: TokenState = self._credentials.token_state
        return state

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                self._credentials = await asyncio.to_thread(self._refreshed, self._credentials)
        except Exception as fault:  # noqa: BLE001 - whatever broke, the next caller tries again
            log.warning("access_token_unavailable", reason=type(fault).__name__)
        finally:
            self._refreshing = None

    def _refreshed(self, credentials: Credentials) -> Credentials:
        import requests  # noqa: PLC0415 - heavy, and only these credentials need it
        from google.auth.transport.requests import Request  # noqa: PLC0415

        found = self._load() if credentials is None else credentials
        with requests.Session() as session:
            found.refresh(partial(Request(session), timeout=self._deadline))
        return found
