"""What a verifier of push tokens needs to be set up, and what it remembers."""

import json
from typing import Any

import pytest

from catalog.adapters.pubsub.certificate_set import IssuerKey, parse_keys
from catalog.adapters.pubsub.push_tokens import PushTokens
from catalog.adapters.pubsub.verified_tokens import VerifiedToken, VerifiedTokens
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from tests.unit.adapters.pubsub.tokens import AUDIENCE, EMAIL, NOW, issuer_pair, token

PAIR, OTHER = issuer_pair(), issuer_pair("b" * 40)


def keys(**certificates: str) -> dict[str, IssuerKey]:
    return parse_keys(json.dumps(certificates).encode(), {})


class Published:
    """Keys that a test may replace, counting how often a signature was verified with them."""

    def __init__(self) -> None:
        self.by_kid = keys(**{PAIR.kid: PAIR.certificate, OTHER.kid: OTHER.certificate})
        self.asked = 0

    async def key(self, kid: str) -> IssuerKey | None:
        self.asked += 1
        return self.by_kid.get(kid)


def push_tokens(published: Published, **changes: Any) -> PushTokens:
    settings: dict[str, Any] = {"audiences": [AUDIENCE], "email": EMAIL, "now": lambda: NOW}
    return PushTokens(certificates=published, **settings | changes)


@pytest.mark.parametrize(
    "missing",
    [
        {"audiences": []},
        {"audiences": [""]},
        {"audiences": [AUDIENCE, ""]},
        {"email": ""},
        {"issuers": []},
        {"issuers": [""]},
    ],
    ids=str,
)
def test_nothing_is_compared_with_nothing(missing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="compare"):
        push_tokens(Published(), **missing)


async def test_only_configured_issuers_count() -> None:
    local = push_tokens(Published(), issuers=["https://issuer.local"])
    await local.authenticate(f"Bearer {token(iss='https://issuer.local')}")
    with pytest.raises(PushUnauthenticatedError):
        await local.authenticate(f"Bearer {token()}")


async def test_a_refused_header_never_asks_for_keys() -> None:
    published = Published()
    tokens = push_tokens(published)
    for authorization in (None, "", "Bearer", "Basic x", f"Bearer {'A' * 65_536}", "Bearer a.b.c"):
        with pytest.raises(PushUnauthenticatedError):
            await tokens.authenticate(authorization)
    assert published.asked == 0


async def test_a_token_seen_before_falls_with_its_key() -> None:
    published = Published()
    tokens = push_tokens(published)
    await tokens.authenticate(f"Bearer {token()}")
    del published.by_kid[PAIR.kid]
    with pytest.raises(PushUnauthenticatedError):
        await tokens.authenticate(f"Bearer {token()}")


async def test_a_token_seen_before_is_verified_anew_when_its_key_was_replaced() -> None:
    published = Published()
    tokens = push_tokens(published)
    await tokens.authenticate(f"Bearer {token()}")
    published.by_kid |= keys(**{PAIR.kid: PAIR.public_pem})
    await tokens.authenticate(f"Bearer {token()}")
    published.by_kid |= keys(**{PAIR.kid: OTHER.certificate})
    with pytest.raises(PushUnauthenticatedError):
        await tokens.authenticate(f"Bearer {token()}")


async def test_a_token_refused_for_its_claims_is_not_remembered_as_good() -> None:
    tokens = push_tokens(Published())
    for _ in range(2):
        with pytest.raises(PushForbiddenError):
            await tokens.authenticate(f"Bearer {token(aud='elsewhere')}")
    assert len(tokens._verified) == 0


def test_the_least_recently_used_token_makes_room() -> None:
    remembered = VerifiedTokens(limit=2)
    verified = VerifiedToken(PAIR.kid, keys(k=PAIR.certificate)["k"], {})
    remembered.put("one", verified)
    remembered.put("two", verified)
    assert remembered.get("one") is verified
    remembered.put("three", verified)
    assert remembered.get("two") is None
    assert remembered.get("one") is verified
    assert len(remembered) == 2


def test_nothing_remembered_shows_claims_or_tokens() -> None:
    verified = VerifiedToken(PAIR.kid, keys(k=PAIR.certificate)["k"], {"email": EMAIL})
    assert EMAIL not in repr(verified)
