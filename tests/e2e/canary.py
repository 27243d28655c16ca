"""A secret that is the text of all faults, and the look whether it got out."""

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
import requests
from google.api_core import exceptions as api_exceptions
from google.auth import exceptions as auth_exceptions
from structlog.testing import capture_logs

from catalog.domain.errors import StorageUnavailableError
from tests.e2e.brittle import Brittle, Parts, brittle_service
from tests.e2e.refusals import Refusal

CANARY = "postgres://catalog:hunter2@10.0.0.1/catalog"
Fault = Callable[[], BaseException]
raised_by_google: Any = api_exceptions
raised_by_auth: Any = auth_exceptions
"""Both ship no types for these."""


def _kinds(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)


def _of_the_driver(kind: type[BaseException]) -> Fault:
    def make() -> BaseException:
        fault = kind(CANARY)
        fault.__dict__.update(detail=CANARY, hint=CANARY, query=CANARY)
        return fault

    return make


def _caused() -> BaseException:
    error = StorageUnavailableError()
    error.__cause__ = OSError(CANARY)
    return error


DRIVER_FAULTS: list[Fault] = [
    _of_the_driver(kind)
    for family in (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    for kind in _kinds(family)
]
OTHER_FAULTS: list[Fault] = [
    _caused,
    lambda: ValueError(CANARY),
    lambda: KeyError(CANARY),
    lambda: OSError(111, CANARY),
    lambda: ConnectionResetError(CANARY),
    lambda: TimeoutError(CANARY),
    lambda: ssl.SSLError(1, CANARY),
    lambda: AssertionError(CANARY),
    lambda: StopAsyncIteration(CANARY),
    lambda: UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
    lambda: ExceptionGroup(CANARY, [ValueError(CANARY)]),
    lambda: httpx.ConnectError(CANARY),
    lambda: requests.ConnectionError(CANARY),
    lambda: raised_by_google.Forbidden(CANARY),
    lambda: raised_by_auth.RefreshError(CANARY),
]


@asynccontextmanager
async def watched(parts: Parts, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Brittle]:
    """Serve, and in the end look through all that was logged."""
    with capture_logs() as logs:
        async with brittle_service(parts) as service:
            yield service
    assert logs
    assert CANARY not in f"{logs}{caplog.text}"


def assert_silent(answer: Refusal | httpx.Response) -> None:
    """Look through all that was sent."""
    if isinstance(answer, Refusal):
        said = f"{answer.whole}{answer.error!r}{answer.status}"
    else:
        said = f"{answer.status_code}{answer.headers.raw}{answer.content!r}"
    assert "hunter2" not in said
