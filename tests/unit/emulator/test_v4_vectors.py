"""The verifier against Google's own V4 vectors."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from catalog.emulator.v4 import SignedRequest, V4Error, Verified, verify
from tests.support.v4_vectors import (
    INCONSISTENT,
    NUMBER,
    cases,
    consistent,
    needs_vectors,
    public_key,
)

pytestmark = needs_vectors


def request_of(case: dict[str, Any]) -> SignedRequest:
    url = urlsplit(case["expectedUrl"])
    headers = [("Host", url.netloc), *case.get("headers", {}).items()]
    return SignedRequest(case["method"], url.path, url.query, headers)


def check(case: dict[str, Any], request: SignedRequest) -> Verified:
    now = datetime.fromisoformat(case["timestamp"])
    return verify(request, now=now, public_keys=lambda _email: public_key())


def refused(case: dict[str, Any], request: SignedRequest) -> bool:
    try:
        check(case, request)
    except V4Error:
        return True
    return False


def with_byte_changed(text: str, position: int) -> str:
    """Another character of the same kind, so that only its value changes."""
    old = text[position]
    new = {"0": "1", "a": "b"}.get(old, "0" if old.isdigit() else "a")
    return text[:position] + new + text[position + 1 :]


@pytest.mark.parametrize("name", consistent())
def test_canonical_request_and_string_to_sign_equal_the_vector(name: str) -> None:
    case = cases()[name]
    verified = check(case, request_of(case))
    assert verified.canonical_request == case["expectedCanonicalRequest"]
    assert verified.string_to_sign == case["expectedStringToSign"]


@pytest.mark.parametrize("name", consistent())
def test_a_changed_byte_anywhere_is_refused(name: str) -> None:
    case = cases()[name]
    sent = request_of(case)
    value_starts = sent.raw_query.index("X-Goog-Expires=") + len("X-Goog-Expires=")
    signature_starts = sent.raw_query.index("X-Goog-Signature=") + len("X-Goog-Signature=")
    changed = [
        replace(sent, raw_path=with_byte_changed(sent.raw_path, len(sent.raw_path) - 1)),
        replace(sent, raw_query=with_byte_changed(sent.raw_query, value_starts)),
        *(
            replace(sent, raw_query=with_byte_changed(sent.raw_query, signature_starts + at))
            for at in (0, 255, 511)
        ),
        *with_each_header_changed(sent),
    ]
    assert [refused(case, each) for each in changed] == [True] * len(changed)


def with_each_header_changed(sent: SignedRequest) -> list[SignedRequest]:
    """One request a signed header, each with the last letter of that header's value changed."""
    changed = []
    for index, (name, value) in enumerate(sent.headers):
        at = max(i for i, c in enumerate(value.rpartition(":")[0] or value) if c.isalnum())
        headers = [*sent.headers]
        headers[index] = (name, with_byte_changed(value, at))
        changed.append(replace(sent, headers=headers))
    return changed


def test_the_one_inconsistent_vector_signs_another_path_than_its_canonical_request_says() -> None:
    case = cases()[INCONSISTENT]
    verified = check(case, request_of(case))
    assert verified.string_to_sign == case["expectedStringToSign"]
    assert verified.canonical_request.splitlines()[1] == "/test-object"
    assert case["expectedCanonicalRequest"].splitlines()[1] == "/test-bucket/test-object"


def test_no_vector_was_lost() -> None:
    assert len(cases()) == NUMBER
