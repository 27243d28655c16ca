"""Signed URLs made by google-cloud-storage, turned into requests for the verifier."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from google.auth.credentials import Signing

from catalog.emulator.keys import SigningKey
from catalog.emulator.v4 import SignedRequest, Verified, verify
from tests.unit.emulator.google_storage import signing

EMAIL = "signer@project.iam.gserviceaccount.com"
SIGNED_AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class KeyCredentials(Signing):
    """Credentials that google-cloud-storage can sign with, around one key."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def sign_bytes(self, message: bytes) -> bytes:
        return self._key.sign(message)

    @property
    def signer_email(self) -> str:
        return EMAIL

    @property
    def signer(self) -> None:
        return None


def sign(key: SigningKey, resource: str, **options: Any) -> str:
    """A V4 URL for ``resource`` ("/bucket/encoded-object"), signed by Google's own code."""
    arguments: dict[str, Any] = {
        "expiration": 900,
        "api_access_endpoint": "http://127.0.0.1:4443",
        "method": "RESUMABLE",
        "_request_timestamp": SIGNED_AT.strftime("%Y%m%dT%H%M%SZ"),
        **options,
    }
    # The library adds to the dictionary it is given.
    arguments["headers"] = dict(arguments.get("headers") or {})
    url: str = signing.generate_signed_url_v4(KeyCredentials(key), resource, **arguments)
    return url


def request(url: str, headers: dict[str, str] | None = None, method: str = "POST") -> SignedRequest:
    """The request a client would send to that URL with those headers."""
    parts = urlsplit(url)
    sent = [("Host", parts.netloc), *(headers or {}).items()]
    return SignedRequest(method, parts.path, parts.query, sent)


def accept(key: SigningKey, sent: SignedRequest, now: datetime = SIGNED_AT) -> Verified:
    """Verify with that key at that time."""
    return verify(sent, now=now, public_keys=lambda email: key.public if email == EMAIL else None)
