"""Google's side of push tokens: keys, certificates, and tokens with any claim or header wrong."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

NOW: Final = 1_795_250_000
AUDIENCE: Final = "https://catalog.example.com/_/gcs/callback"
EMAIL: Final = "push@catalog-test.iam.gserviceaccount.com"
ABSENT: Final = object()
"""As the value of a claim or header member: leave it out."""


@dataclass(frozen=True)
class IssuerPair:
    """One key of the issuer under its id."""

    kid: str
    private: RSAPrivateKey = field(repr=False)

    @property
    def certificate(self) -> str:
        """As the issuer's certificate endpoint shows it."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer.test")])
        start = datetime(2020, 1, 1, tzinfo=UTC)
        builder = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=self.private.public_key(),
            serial_number=7,
            not_valid_before=start,
            not_valid_after=start + timedelta(days=36_500),
        )
        return builder.sign(self.private, SHA256()).public_bytes(Encoding.PEM).decode()

    @property
    def public_pem(self) -> str:
        """The bare public key."""
        encoding = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return self.private.public_key().public_bytes(*encoding).decode()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, PKCS1v15(), SHA256())


@cache
def issuer_pair(kid: str = "a" * 40) -> IssuerPair:
    """The same key for the same id, all run long: making one takes time."""
    return IssuerPair(kid, generate_private_key(public_exponent=65537, key_size=2048))


def claims(**changes: Any) -> dict[str, Any]:
    """Claims as Pub/Sub's tokens carry them (authenticate-push), with some changed or ABSENT."""
    return _changed(
        {
            "aud": AUDIENCE,
            "azp": "113774264463038321964",
            "email": EMAIL,
            "email_verified": True,
            "exp": NOW + 3000,
            "iat": NOW - 600,
            "iss": "https://accounts.google.com",
            "sub": "113774264463038321964",
        },
        changes,
    )


def header(pair: IssuerPair, **changes: Any) -> dict[str, Any]:
    """The header that goes with them."""
    return _changed({"alg": "RS256", "kid": pair.kid, "typ": "JWT"}, changes)


def token(pair: IssuerPair | None = None, **changed_claims: Any) -> str:
    """A token whose signature is right, whatever it claims."""
    pair = pair or issuer_pair()
    return signed(pair, header(pair), claims(**changed_claims))


def signed(pair: IssuerPair, head: Any, body: Any) -> str:
    """Any header and body under a right RS256 signature."""
    text = f"{encoded(head)}.{encoded(body)}"
    return f"{text}.{base64url(pair.sign(text.encode()))}"


def encoded(value: Any) -> str:
    """A segment: bytes and text as they are, all else as JSON."""
    if isinstance(value, bytes):
        return base64url(value)
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return base64url(text.encode())


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _changed(original: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (original | changes).items() if value is not ABSENT}
