"""What the claims of a push token must say (authenticate-push, RFC 7519)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError

SKEW_SECONDS = 30.0
MAX_LIFETIME_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class PushClaimRules:
    """One subscription's service account, our audiences, and who may issue for it."""

    issuers: Collection[str]
    audiences: Collection[str]
    email: str

    def check(self, claims: Mapping[str, Any], now: float) -> None:
        """Judge claims whose signature holds, at `now` in Unix seconds.

        Raises PushUnauthenticatedError when the token is not the issuer's or
        out of time, PushForbiddenError when it is somebody else's.
        """
        if not _is_one_of(claims.get("iss"), self.issuers):
            raise PushUnauthenticatedError("wrong issuer")
        _check_times(claims, now)
        if not _is_one_of(claims.get("aud"), self.audiences):
            raise PushForbiddenError("wrong audience")
        if not _is_one_of(claims.get("email"), (self.email,)):
            raise PushForbiddenError("wrong email")
        if claims.get("email_verified") is not True:
            raise PushForbiddenError("email is not verified")


def _is_one_of(value: object, accepted: Collection[str]) -> bool:
    """Exact and case-sensitive; a list is no string, whatever it holds."""
    return isinstance(value, str) and value in accepted


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    issued, expires = _time(claims, "iat"), _time(claims, "exp")
    not_before = _time(claims, "nbf") if "nbf" in claims else issued
    if not 0 < expires - issued <= MAX_LIFETIME_SECONDS:
        raise PushUnauthenticatedError("lifetime out of range")
    if now > expires + SKEW_SECONDS:
        raise PushUnauthenticatedError("expired")
    if now < max(issued, not_before) - SKEW_SECONDS:
        raise PushUnauthenticatedError("not yet valid")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    # To Python true is a number as well; the bound leaves out what no float can hold.
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12:
        return float(value)
    raise PushUnauthenticatedError(f"{name} is missing or not a time")
