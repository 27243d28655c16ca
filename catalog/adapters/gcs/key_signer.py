"""Signing with a service account's own key, read from its JSON file."""

import json
from pathlib import Path
from typing import Any, Self

from google.auth.crypt import RSASigner


class SigningKeyError(ValueError):
    """The key file cannot be used. The message names the file and never quotes its content."""


class KeySigner:
    """Signs on the event loop: an RSA-2048 signature takes half a millisecond."""

    def __init__(self, email: str, key: RSASigner) -> None:
        self._email = email
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a service account JSON key file once. Raises SigningKeyError."""
        account = _read(path)
        email = account.get("client_email")
        if account.get("type") != "service_account" or not isinstance(email, str) or not email:
            raise SigningKeyError(f"{path} is not a service account key file")
        try:
            key = RSASigner.from_service_account_info(account)  # type: ignore[no-untyped-call]  # ships no types
        except (ValueError, TypeError, KeyError):
            # The library's messages may quote what it read.
            raise SigningKeyError(f"{path} holds no RSA private key") from None
        return cls(email, key)

    @property
    def email(self) -> str:
        """The account that the signature authorizes as."""
        return self._email

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature; never waits."""
        signature: bytes = self._key.sign(message)
        return signature


def _read(path: Path) -> dict[str, Any]:
    try:
        account = json.loads(path.read_bytes())
    except OSError as fault:
        raise SigningKeyError(f"{path} cannot be read: {fault.strerror}") from None
    except ValueError:
        raise SigningKeyError(f"{path} is not JSON") from None
    if not isinstance(account, dict):
        raise SigningKeyError(f"{path} is not a service account key file")
    return account
