"""Signing with a service account's own key, read from its JSON file."""

import json
from pathlib import Path
from typing import Self

from google.auth.crypt import RSASigner


class SigningKeyError(ValueError):
    """The key file cannot be used. The message never quotes what it holds."""


class KeySigner:
    """Signs on the event loop: an RSA-2048 signature takes half a millisecond."""

    def __init__(self, email: str, key: RSASigner) -> None:
        self._email = email
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a service account JSON key file once. Raises SigningKeyError."""
        try:
            info = json.loads(path.read_bytes())
        except OSError as fault:
            raise SigningKeyError(f"{path} cannot be read: {fault.strerror}") from None
        except (ValueError, RecursionError):
            raise SigningKeyError(f"{path} is not JSON") from None
        try:
            return cls.from_info(info)
        except SigningKeyError as fault:
            raise SigningKeyError(f"{path}: {fault}") from None

    @classmethod
    def from_info(cls, info: object) -> Self:
        """Take what a service account key file holds. Raises SigningKeyError."""
        if not isinstance(info, dict) or info.get("type") != "service_account":
            raise SigningKeyError("not a service account key")
        email = info.get("client_email")
        if not isinstance(email, str) or not email:
            raise SigningKeyError("no client_email")
        try:
            key = RSASigner.from_service_account_info(info)  # type: ignore[no-untyped-call]  # google-auth types only a part
            key.sign(b"")  # it takes any PEM key; one that is not RSA fails only here
        except (ValueError, TypeError, AttributeError):
            # The library's messages may quote what it read.
            raise SigningKeyError("no RSA private key") from None
        return cls(email, key)

    @property
    def email(self) -> str:
        """The account that the signature authorizes as."""
        return self._email

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature; never waits."""
        signature: bytes = self._key.sign(message)
        return signature
