"""The emulator's issuer, which mints as Google does, against our judgement of its tokens."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from catalog.adapters.pubsub.certificates import CertificateCache
from catalog.adapters.pubsub.push_tokens import PushTokens
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from catalog.emulator import Emulator, EmulatorSettings, run_emulator
from catalog.emulator.faults import CertsDown
from catalog.emulator.keys import SigningKey

AUDIENCE = "https://catalog.test/_/gcs/callback"


@pytest_asyncio.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with run_emulator(EmulatorSettings(data_dir=tmp_path)) as running:
        yield running


@pytest_asyncio.fixture
async def tokens(emulator: Emulator) -> AsyncIterator[PushTokens]:
    async with httpx.AsyncClient(trust_env=False) as client:
        certificates = CertificateCache(client, emulator.certs_url)
        yield PushTokens(
            certificates=certificates,
            audiences=[AUDIENCE],
            email=emulator.settings.push_email,
        )
        await certificates.aclose()


async def test_tokens_pass_before_and_after_a_rotation_and_while_the_issuer_is_down(
    emulator: Emulator, tokens: PushTokens
) -> None:
    issuer = emulator.issuer
    before = issuer.push_token(AUDIENCE)
    await tokens.authenticate(f"Bearer {before}")
    issuer.rotate(SigningKey.generate())
    await tokens.authenticate(f"Bearer {issuer.push_token(AUDIENCE)}")
    emulator.faults.set(CertsDown())
    for text in (before, issuer.push_token(AUDIENCE), issuer.mint({"aud": AUDIENCE})):
        await tokens.authenticate(f"Bearer {text}")


async def test_tokens_for_others_and_by_others_do_not_pass(
    emulator: Emulator, tokens: PushTokens
) -> None:
    issuer = emulator.issuer
    for wrong in ({"aud": "x"}, {"aud": AUDIENCE, "email": "x"}, {"aud": AUDIENCE, "email": None}):
        with pytest.raises(PushForbiddenError):
            await tokens.authenticate(f"Bearer {issuer.mint(wrong)}")
    forged = issuer.mint({"aud": AUDIENCE}, key=SigningKey.generate())
    with pytest.raises(PushUnauthenticatedError):
        await tokens.authenticate(f"Bearer {forged}")
