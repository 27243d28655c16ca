"""One signature and one token check, with the keys ready."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.bare.repeated import repeated_at_once

_TEXT = b"GOOG4-RSA-SHA256\n20260101T000000Z\n20260101/auto/storage/goog4_request\n" + b"0" * 64


async def signature(*, key_file: str, seconds: float, **_: object) -> dict[str, object]:
    """Sign a text as long as that of a signed URL, RSASSA-PKCS1-v1_5 with SHA-256."""
    return repeated_at_once(signing(key_file), seconds=seconds)


def signing(key_file: str) -> Callable[[], bytes]:
    """Load the key of a service account; what is returned makes one signature."""
    info = json.loads(Path(key_file).read_text("utf-8"))
    key = load_pem_private_key(info["private_key"].encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return lambda: key.sign(_TEXT, PKCS1v15(), SHA256())


async def token_check(
    *, token: str, certificate: str, seconds: float, **_: object
) -> dict[str, object]:
    """Verify a push token's signature and read its claims; nothing is remembered."""
    key = key_in(certificate)
    return repeated_at_once(lambda: claims_of(token, key), seconds=seconds)


def key_in(certificate: str) -> RSAPublicKey:
    """Read what tokens are verified with from a certificate in PEM."""
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def claims_of(token: str, key: RSAPublicKey) -> dict[str, object]:
    """Raise InvalidSignature for a token that this key did not sign."""
    signed, _, signature = token.rpartition(".")
    key.verify(_bytes_of(signature), signed.encode(), PKCS1v15(), SHA256())
    header, _, claims = signed.partition(".")
    json.loads(_bytes_of(header))
    said: dict[str, object] = json.loads(_bytes_of(claims))
    return said


def _bytes_of(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
