"""Push tokens: their claims, their reuse, their keys."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.auth import jwt

from catalog.emulator.clock import Clock
from catalog.emulator.fault_switches import FaultSwitches
from catalog.emulator.faults import ClockJump
from catalog.emulator.issuer import OidcIssuer
from catalog.emulator.keys import SigningKey
from catalog.emulator.settings import EmulatorSettings


@pytest.fixture
def faults() -> FaultSwitches:
    return FaultSwitches()


@pytest.fixture
def issuer(key: SigningKey, faults: FaultSwitches, tmp_path: Path) -> OidcIssuer:
    clock = Clock(lambda: faults.clock_offset_seconds)
    return OidcIssuer(EmulatorSettings(data_dir=tmp_path), clock, faults, key)


def claims(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, verify=False)  # type: ignore[no-untyped-call]  # untyped
    return decoded


def test_claims_are_those_of_a_push_token(issuer: OidcIssuer) -> None:
    """[authenticate-push] the documented sample."""
    said = claims(issuer.push_token("https://api.example/callback"))
    assert said["aud"] == "https://api.example/callback"
    assert said["iss"] == "https://accounts.google.com"
    assert said["email_verified"] is True
    assert said["azp"] == said["sub"]
    assert said["sub"].isdigit()
    assert said["exp"] - said["iat"] == 3600


def test_one_token_serves_many_pushes_for_most_of_an_hour(
    issuer: OidcIssuer, faults: FaultSwitches
) -> None:
    """[push-docs] tokens may be up to an hour old."""
    first = issuer.push_token("a")
    faults.set(ClockJump(seconds=54 * 60))
    assert issuer.push_token("a") == first
    assert issuer.push_token("b") != first
    faults.set(ClockJump(seconds=56 * 60))
    assert issuer.push_token("a") != first


def test_a_clock_set_back_makes_new_tokens(issuer: OidcIssuer, faults: FaultSwitches) -> None:
    first = claims(issuer.push_token("a"))
    faults.set(ClockJump(seconds=-3600))
    second = claims(issuer.push_token("a"))
    assert second["iat"] < first["iat"]
    assert second["iat"] == pytest.approx(datetime.now(UTC).timestamp() - 3600, abs=5)


def test_a_minted_token_can_lack_and_change_claims(issuer: OidcIssuer) -> None:
    said = claims(issuer.mint({"email": "x@y.z", "email_verified": None}))
    assert said["email"] == "x@y.z"
    assert "email_verified" not in said


def test_rotation_signs_with_the_new_key_at_once(issuer: OidcIssuer, key: SigningKey) -> None:
    before = issuer.push_token("a")
    issuer.rotate(SigningKey.generate())
    assert issuer.kid != key.kid
    header = jwt.decode_header(issuer.push_token("a"))  # type: ignore[no-untyped-call]  # untyped
    assert header["kid"] == issuer.kid
    assert issuer.push_token("a") != before
