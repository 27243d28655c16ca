"""Whose pushes are believed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio

from catalog.adapters.memory.push_tokens import MemoryPushTokens
from catalog.adapters.pubsub.certificates import CertificateCache
from catalog.adapters.pubsub.push_tokens import PushTokens
from catalog.application.ports import PushAuthenticator
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from catalog.emulator import Emulator

pytestmark = pytest.mark.asyncio(loop_scope="session")

AUDIENCE = "https://catalog.test/_/gcs/callback"


@dataclass(frozen=True, slots=True)
class Gate:
    authenticator: PushAuthenticator
    ours: str = field(repr=False)
    for_others: str = field(repr=False)
    from_others: str = field(repr=False)


@pytest_asyncio.fixture(params=["memory", "oidc"], loop_scope="session")
async def gate(
    request: pytest.FixtureRequest, emulator: Emulator, http: httpx.AsyncClient
) -> AsyncIterator[Gate]:
    if request.param == "memory":
        yield Gate(MemoryPushTokens({"ours"}, {"a", "b"}), "ours", "a", "b")
        return
    certificates = CertificateCache(http, emulator.certs_url)
    mint, email = emulator.issuer.mint, emulator.settings.push_email
    yield Gate(
        PushTokens(certificates=certificates, audiences=[AUDIENCE], email=email),
        ours=mint({"aud": AUDIENCE}),
        for_others=mint({"aud": "https://elsewhere.test/"}),
        from_others=mint({"aud": AUDIENCE, "email": "someone@elsewhere.test"}),
    )
    await certificates.aclose()


async def test_our_own_subscription_passes_again_and_again(gate: Gate) -> None:
    for scheme in ("Bearer", "bearer", "Bearer"):
        await gate.authenticator.authenticate(f"{scheme} {gate.ours}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense"])
async def test_a_stranger_is_not_authenticated(gate: Gate, header: str | None) -> None:
    with pytest.raises(PushUnauthenticatedError):
        await gate.authenticator.authenticate(header)


async def test_a_token_alone_is_no_credential(gate: Gate) -> None:
    with pytest.raises(PushUnauthenticatedError):
        await gate.authenticator.authenticate(gate.ours)


async def test_a_good_token_of_others_is_forbidden(gate: Gate) -> None:
    for token in (gate.for_others, gate.from_others):
        with pytest.raises(PushForbiddenError):
            await gate.authenticator.authenticate(f"Bearer {token}")


async def test_no_refusal_quotes_the_token(gate: Gate) -> None:
    for token in (f"{gate.ours}x", gate.for_others):
        with pytest.raises((PushUnauthenticatedError, PushForbiddenError)) as refusal:
            await gate.authenticator.authenticate(f"Bearer {token}")
        assert token not in str(refusal.value)
