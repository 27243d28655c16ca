"""One answer of the issuer's certificate endpoint: keys by id, and how long they are fresh."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.auth.crypt import RSAVerifier

MIN_KEY_BITS = 2048
DEFAULT_FRESH_SECONDS = 3600.0
MIN_FRESH_SECONDS = 60.0
MAX_FRESH_SECONDS = 86_400.0

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})\b", re.IGNORECASE)


class MalformedCertificatesError(ValueError):
    """The answer holds no usable key."""


@dataclass(frozen=True, slots=True, eq=False)
class IssuerKey:
    """One public key of the issuer; equal only to itself, so a replaced key is noticed."""

    pem: str
    verifier: RSAVerifier

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """True when `signature` is RS256 over `message` under this key."""
        return bool(self.verifier.verify(message, signature))


def parse_keys(body: bytes, known: Mapping[str, IssuerKey]) -> dict[str, IssuerKey]:
    """Read `{kid: PEM}`, certificates or bare public keys; raise MalformedCertificatesError.

    Entries that are not RSA keys of 2048 bits or more are left out. Keys that
    are in `known` already are not parsed again and stay the same objects.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedCertificatesError("not JSON") from None
    if not isinstance(answer, dict):
        raise MalformedCertificatesError("not an object of key ids")
    keys = {kid: key for kid, pem in answer.items() if (key := _key(pem, known.get(kid)))}
    if not keys:
        raise MalformedCertificatesError("no usable key")
    return keys


def _key(pem: object, known: IssuerKey | None) -> IssuerKey | None:
    if known is not None and known.pem == pem:
        return known
    if not isinstance(pem, str):
        return None
    try:
        public = _public_key(pem.encode())
    except ValueError:
        return None
    if not isinstance(public, RSAPublicKey) or public.key_size < MIN_KEY_BITS:
        return None
    return IssuerKey(pem, RSAVerifier(public))  # type: ignore[no-untyped-call]  # google-auth types only a part


def _public_key(pem: bytes) -> object:
    if b"-----BEGIN CERTIFICATE-----" in pem:
        return x509.load_pem_x509_certificate(pem).public_key()
    return load_pem_public_key(pem)


def fresh_seconds(headers: httpx.Headers) -> float:
    """How long an answer may be used unasked: max-age less the Age it has already, within bounds.

    The bounds keep a misconfigured issuer from being asked all the time, or never again.
    """
    max_age = _MAX_AGE.search(headers.get("cache-control", ""))
    if max_age is None:
        return DEFAULT_FRESH_SECONDS
    age = headers.get("age", "")
    left = int(max_age[1]) - (int(age) if age.isascii() and age.isdigit() else 0)
    return min(max(float(left), MIN_FRESH_SECONDS), MAX_FRESH_SECONDS)
