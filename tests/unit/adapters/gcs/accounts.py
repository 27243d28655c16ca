"""A service account with a real key, made once a run."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from catalog.adapters.gcs.key_signer import KeySigner

EMAIL = "signer@catalog-test.iam.gserviceaccount.com"


@dataclass(frozen=True)
class ServiceAccount:
    key: RSAPrivateKey = field(repr=False)

    @property
    def info(self) -> dict[str, Any]:
        """What the key file of such an account holds."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {
            "type": "service_account",
            "project_id": "catalog-test",
            "private_key_id": "0123456789abcdef",
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "token_uri": "http://127.0.0.1:9/token",
        }

    def write(self, folder: Path) -> Path:
        file = folder / "key.json"
        file.write_text(json.dumps(self.info))
        return file

    def signed(self, message: bytes, signature: bytes) -> bool:
        try:
            self.key.public_key().verify(signature, message, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


@cache
def service_account() -> ServiceAccount:
    return ServiceAccount(generate_private_key(public_exponent=65537, key_size=2048))


@cache
def key_signer() -> KeySigner:
    """The account as our own signer; reading a private key takes long."""
    return KeySigner.from_info(service_account().info)
