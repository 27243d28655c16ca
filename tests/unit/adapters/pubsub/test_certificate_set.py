"""Reading the issuer's answer: which keys count, and for how long."""

import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from catalog.adapters.pubsub.certificate_set import (
    IssuerKey,
    MalformedCertificatesError,
    fresh_seconds,
    parse_keys,
)
from tests.unit.adapters.pubsub.tokens import issuer_pair

PAIR = issuer_pair()


def pem(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def parse(answer: Any, known: dict[str, IssuerKey] | None = None) -> dict[str, IssuerKey]:
    return parse_keys(json.dumps(answer).encode(), known or {})


@pytest.mark.parametrize("form", [PAIR.certificate, PAIR.public_pem])
def test_certificates_and_bare_public_keys_verify_alike(form: str) -> None:
    key = parse({"k": form})["k"]
    assert key.verifies(b"text", PAIR.sign(b"text"))
    assert not key.verifies(b"test", PAIR.sign(b"text"))
    assert not key.verifies(b"text", b"")


@pytest.mark.parametrize(
    "useless",
    [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        None,
        7,
        [PAIR.certificate],
        {"pem": PAIR.certificate},
        pem(ec.generate_private_key(ec.SECP256R1()).public_key()),
        pem(rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()),
    ],
    ids=["empty", "garbled", "null", "number", "list", "object", "elliptic", "1024 bits"],
)
def test_an_entry_that_is_no_strong_rsa_key_is_left_out(useless: Any) -> None:
    assert list(parse({"bad": useless, "good": PAIR.certificate})) == ["good"]
    with pytest.raises(MalformedCertificatesError):
        parse({"bad": useless})


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'"text"', b"null", b"\xff", b"[" * 100_000]
)
def test_an_answer_without_a_usable_key_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedCertificatesError):
        parse_keys(body, {})


def test_a_key_that_stays_is_the_same_object_and_a_replaced_one_is_not() -> None:
    first = parse({"stays": PAIR.certificate, "changes": PAIR.certificate})
    then = parse({"stays": PAIR.certificate, "changes": PAIR.public_pem}, first)
    assert then["stays"] is first["stays"]
    assert then["changes"] is not first["changes"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=21155, must-revalidate, no-transform"}, 21_155),
        ({"cache-control": "MAX-AGE = 300"}, 300),
        ({"cache-control": 'max-age="300"'}, 300),
        ({"cache-control": "s-maxage=5, max-age=300"}, 300),
        ({"cache-control": "max-age=21155", "age": "155"}, 21_000),
        ({"cache-control": "max-age=21155", "age": "unknown"}, 21_155),
        ({"cache-control": "max-age=0"}, 60),
        ({"cache-control": "max-age=100", "age": "5000"}, 60),
        ({"cache-control": "max-age=999999999"}, 86_400),
        ({"cache-control": "max-age=99999999999999999999"}, 3600),
        ({"cache-control": "max-age=-5"}, 3600),
        ({"cache-control": "no-store"}, 3600),
        ({}, 3600),
    ],
    ids=str,
)
def test_freshness_is_max_age_less_age_within_bounds(
    headers: dict[str, str], seconds: float
) -> None:
    assert fresh_seconds(httpx.Headers(headers)) == seconds
