"""RSA keys as Google publishes them: a hex key id, a certificate, a service account file."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

_CERTIFICATE_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One RSA-2048 key with its 40-hex id [authenticate-push]; never printed."""

    kid: str
    private: RSAPrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> "SigningKey":
        """A fresh key; takes some tens of milliseconds of CPU."""
        private = generate_private_key(public_exponent=65537, key_size=2048)
        encoded = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return cls(hashlib.sha256(encoded).hexdigest()[:40], private)

    @property
    def public(self) -> RSAPublicKey:
        """The half that verifies."""
        return self.private.public_key()

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256, as signBlob and RS256 both use."""
        return self.private.sign(message, PKCS1v15(), SHA256())

    def pem(self) -> str:
        """The private key, PKCS 8, unencrypted."""
        encoded = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return encoded.decode()

    def certificate_pem(self) -> str:
        """A self-signed X.509 certificate, the form of Google's v1 certs endpoint."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "emulator.catalog.local")])
        start = datetime.now(UTC) - timedelta(days=1)
        builder = (
            x509.CertificateBuilder(subject_name=name, issuer_name=name)
            .public_key(self.public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + _CERTIFICATE_LIFE)
        )
        return builder.sign(self.private, SHA256()).public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class EmulatorKeys:
    """The keys of one emulator. Making them is most of the work of its start."""

    signer: SigningKey
    """Of the service account that signs URLs."""
    oidc: SigningKey
    """The first of those that sign push tokens."""

    @classmethod
    def generate(cls) -> "EmulatorKeys":
        """Two fresh keys."""
        return cls(SigningKey.generate(), SigningKey.generate())


def numeric_account_id(email: str) -> str:
    """A stable 21-digit account id, as ``azp`` and ``sub`` carry [authenticate-push]."""
    digits = int.from_bytes(hashlib.sha256(email.encode()).digest()[:8], "big")
    return f"1{digits:020d}"


def write_service_account_file(
    path: Path, key: SigningKey, *, email: str, project_id: str, base_url: str
) -> None:
    """A service account JSON of mode 0600 whose token endpoint is the emulator's own."""
    content = {
        "type": "service_account",
        "project_id": project_id,
        "private_key_id": key.kid,
        "private_key": key.pem(),
        "client_email": email,
        "client_id": numeric_account_id(email),
        "auth_uri": f"{base_url}/auth",
        "token_uri": f"{base_url}/token",
        "universe_domain": "googleapis.com",
    }
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
