"""No wrong token is accepted and no right one refused."""

import json
from collections import Counter

import pytest

from catalog.adapters.pubsub.certificate_set import IssuerKey, parse_keys
from catalog.adapters.pubsub.push_tokens import PushTokens
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from tests.unit.adapters.pubsub.token_matrix import CASES, OLD_AUDIENCE, Case
from tests.unit.adapters.pubsub.tokens import AUDIENCE, EMAIL, NOW, issuer_pair


class PublishedKeys:
    """What the issuer shows, without the fetching."""

    def __init__(self) -> None:
        pair = issuer_pair()
        self._keys = parse_keys(json.dumps({pair.kid: pair.certificate}).encode(), {})

    async def key(self, kid: str) -> IssuerKey | None:
        return self._keys.get(kid)


def push_tokens(keys: PublishedKeys) -> PushTokens:
    return PushTokens(
        certificates=keys, audiences=[AUDIENCE, OLD_AUDIENCE], email=EMAIL, now=lambda: NOW
    )


async def outcome(tokens: PushTokens, authorization: str | None) -> str:
    try:
        await tokens.authenticate(authorization)
    except PushUnauthenticatedError as refusal:
        assert_says_nothing(refusal, authorization)
        return "unauthenticated"
    except PushForbiddenError as refusal:
        assert_says_nothing(refusal, authorization)
        return "forbidden"
    return "accepted"


def assert_says_nothing(refusal: Exception, authorization: str | None) -> None:
    """No part of a token longer than a word is in the message, nor any claim's value."""
    said = str(refusal)
    assert 0 < len(said) <= 60
    segments = (authorization or "").replace(".", " ").split()
    assert not [part for part in segments if len(part) > 12 and part[:12] in said]
    assert not [value for value in (EMAIL, AUDIENCE, "attacker") if value in said]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_token_meets_its_fate_every_time(case: Case) -> None:
    tokens = push_tokens(PublishedKeys())
    assert [await outcome(tokens, case.authorization) for _ in range(3)] == [case.outcome] * 3


async def test_one_verifier_keeps_them_all_apart() -> None:
    tokens = push_tokens(PublishedKeys())
    wrong = [
        case.name
        for case in (*CASES, *reversed(CASES))
        if await outcome(tokens, case.authorization) != case.outcome
    ]
    assert wrong == []


def test_the_matrix_is_whole() -> None:
    counted = Counter(case.outcome for case in CASES)
    assert counted["accepted"] >= 15
    assert counted["unauthenticated"] + counted["forbidden"] >= 100
    names = Counter(case.name for case in CASES)
    assert [name for name, times in names.items() if times > 1] == []
