"""Signing with a key file, and what a useless key file says."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from catalog.adapters.gcs.key_signer import KeySigner, SigningKeyError
from tests.unit.adapters.gcs.accounts import EMAIL, service_account

CANARY = "canary-of-a-private-key"


async def test_a_key_file_signs_in_its_accounts_name(tmp_path: Path) -> None:
    signer = KeySigner.from_file(service_account().write(tmp_path))
    assert signer.email == EMAIL
    assert service_account().signed(b"message", await signer.sign(b"message"))


def elliptic_key() -> str:
    encoded = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return encoded.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"type": "authorized_user"}, "not a service account key"),
        ({"type": None}, "not a service account key"),
        ({"client_email": ""}, "client_email"),
        ({"client_email": 7}, "client_email"),
        ({"private_key": CANARY}, "no RSA private key"),
        ({"private_key": None}, "no RSA private key"),
        ({"private_key": 7}, "no RSA private key"),
        ({"private_key": elliptic_key()}, "no RSA private key"),
    ],
)
def test_a_useless_key_says_why_and_quotes_nothing(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps({**service_account().info, "note": CANARY, **change}))
    with pytest.raises(SigningKeyError, match=says) as refusal:
        KeySigner.from_file(file)
    assert str(file) in str(refusal.value)
    assert CANARY not in str(refusal.value)


@pytest.mark.parametrize("member", ["type", "client_email", "private_key"])
def test_a_key_that_lacks_a_member_is_refused(member: str) -> None:
    info = service_account().info
    del info[member]
    with pytest.raises(SigningKeyError):
        KeySigner.from_info(info)


@pytest.mark.parametrize("content", ["", "{", CANARY, "[" * 100_000, "[]", "null", '"text"'])
def test_a_file_that_is_no_key_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(content)
    with pytest.raises(SigningKeyError) as refusal:
        KeySigner.from_file(file)
    assert CANARY not in str(refusal.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyError, match=r"nowhere\.json cannot be read: No such file"):
        KeySigner.from_file(tmp_path / "nowhere.json")


def test_a_signer_shows_nothing_of_its_key(tmp_path: Path) -> None:
    assert "PRIVATE" not in repr(KeySigner.from_file(service_account().write(tmp_path)))
