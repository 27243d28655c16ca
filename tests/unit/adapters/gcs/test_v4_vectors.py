"""Our strings against Google's own V4 vectors."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from catalog.adapters.gcs import v4
from tests.support.v4_vectors import (
    INCONSISTENT,
    NUMBER,
    cases,
    consistent,
    needs_vectors,
    public_key,
)

pytestmark = needs_vectors


def path_of(case: dict[str, Any]) -> str:
    """The path by the case's inputs: the bucket is in it unless the host names the bucket."""
    name = f"/{case['object']}" if "object" in case else ""
    in_host = case.get("urlStyle") in ("VIRTUAL_HOSTED_STYLE", "BUCKET_BOUND_HOSTNAME")
    return name if in_host else f"/{case['bucket']}{name}"


def build(case: dict[str, Any]) -> tuple[str, str, str]:
    """Canonical request, string to sign and URL, made from the inputs and the host alone."""
    expected = urlsplit(case["expectedUrl"])
    credential = dict(parse_qsl(expected.query))["X-Goog-Credential"]
    sent = case.get("headers", {})
    headers = v4.canonical_headers((("host", str(expected.hostname)), *sent.items()))
    payload = next(
        (value for name, value in sent.items() if name.lower() == "x-goog-content-sha256"),
        v4.UNSIGNED_PAYLOAD,
    )
    time = v4.request_time(datetime.fromisoformat(case["timestamp"]))
    email = credential.partition("/")[0]
    signing = v4.signing_parameters(email, time, case["expiration"], headers)
    query = v4.canonical_query((*signing, *case.get("queryParameters", {}).items()))
    path = v4.canonical_path(path_of(case))
    request = v4.canonical_request(case["method"], path, query, headers, payload)
    text = v4.string_to_sign(time, v4.credential_scope(time), request)
    signature = bytes.fromhex(dict(parse_qsl(expected.query))["X-Goog-Signature"])
    origin = f"{expected.scheme}://{expected.netloc}"
    return request, text, v4.signed_url(origin, path, query, signature)


@pytest.mark.parametrize("name", consistent())
def test_all_three_strings_equal_the_vector(name: str) -> None:
    case = cases()[name]
    assert build(case) == (
        case["expectedCanonicalRequest"],
        case["expectedStringToSign"],
        case["expectedUrl"],
    )


@pytest.mark.parametrize("name", sorted(cases()))
def test_the_vectors_signature_is_over_our_string_to_sign(name: str) -> None:
    case = cases()[name]
    signature = bytes.fromhex(
        dict(parse_qsl(urlsplit(case["expectedUrl"]).query))["X-Goog-Signature"]
    )
    public_key().verify(signature, build(case)[1].encode(), PKCS1v15(), SHA256())


def test_the_one_inconsistent_vector_contradicts_its_own_canonical_request() -> None:
    case = cases()[INCONSISTENT]
    request, text, url = build(case)
    assert (text, url) == (case["expectedStringToSign"], case["expectedUrl"])
    assert request != case["expectedCanonicalRequest"]


def test_no_vector_was_lost() -> None:
    assert len(cases()) == NUMBER
