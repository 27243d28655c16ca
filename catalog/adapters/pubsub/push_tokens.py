"""Whether a push comes from our own subscription: its bearer token says so, or it does not."""

import re
import time
from collections.abc import Callable, Collection
from typing import Protocol

from catalog.adapters.pubsub.certificate_set import IssuerKey
from catalog.adapters.pubsub.certificates import CertificatesUnavailableError
from catalog.adapters.pubsub.jwt_parts import (
    MalformedTokenError,
    read_claims,
    take_apart,
)
from catalog.adapters.pubsub.push_claims import PushClaimRules
from catalog.adapters.pubsub.verified_tokens import VerifiedToken, VerifiedTokens
from catalog.application.push_errors import PushUnauthenticatedError, PushUndecidedError

GOOGLE_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
"""Both spellings occur in genuine tokens (google-auth, id_token)."""

# The scheme alone in either case: to fold every character of a token takes five times as long.
_BEARER = re.compile(r"(?i:bearer) +([!-~]+) *", re.ASCII)
_MAX_CHARACTERS = 8192
"""Genuine tokens have about a thousand."""


class IssuerKeys(Protocol):
    """Where the issuer's public keys come from."""

    async def key(self, kid: str) -> IssuerKey | None:
        """Find the key of an id; None when there is none to be had."""
        ...


class PushTokens:
    """Cheap checks first; the signature before any claim is believed.

    A verified signature is remembered while the issuer shows the same key;
    times, audience and account are judged again at every call.
    """

    def __init__(
        self,
        *,
        certificates: IssuerKeys,
        audiences: Collection[str],
        email: str,
        issuers: Collection[str] = GOOGLE_ISSUERS,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Raise ValueError when any of audiences, email and issuers is empty.

        `now` gives Unix seconds. Two audiences at once let one replace the other.
        """
        if not email or not all(audiences) or not all(issuers) or not (audiences and issuers):
            raise ValueError("push tokens need an audience, an email and an issuer to compare with")
        self._certificates = certificates
        self._rules = PushClaimRules(frozenset(issuers), frozenset(audiences), email)
        self._now = now
        self._verified = VerifiedTokens()

    async def authenticate(self, authorization: str | None) -> None:
        """Judge an Authorization header's value.

        Raises PushUnauthenticatedError (401) or PushForbiddenError (403) for
        everything but a valid token of our subscription's service account, and
        PushUndecidedError (503) while the issuer's keys cannot be had.
        """
        given = _not_too_long(authorization)
        try:
            remembered = await self._remembered(given)
            verified = remembered or await self._verify(_bearer_token(given))
        except MalformedTokenError as fault:
            raise PushUnauthenticatedError(str(fault)) from None
        except CertificatesUnavailableError as fault:
            raise PushUndecidedError(str(fault)) from None
        self._rules.check(verified.claims, self._now())
        if remembered is None:
            self._verified.put(given, verified)

    async def _remembered(self, given: str) -> VerifiedToken | None:
        """Look for the header as a whole: to find the token in it takes longer."""
        found = self._verified.get(given)
        if found is None or await self._certificates.key(found.kid) is not found.key:
            return None
        return found

    async def _verify(self, token: str) -> VerifiedToken:
        parts = take_apart(token)
        key = await self._certificates.key(parts.kid)
        if key is None:
            raise PushUnauthenticatedError("unknown key id")
        if not key.verifies(parts.signed, parts.signature):
            raise PushUnauthenticatedError("wrong signature")
        return VerifiedToken(parts.kid, key, read_claims(parts))


def _not_too_long(authorization: str | None) -> str:
    """Refuse an over-long header before anything looks at it."""
    if authorization is None:
        raise PushUnauthenticatedError("no token")
    if len(authorization) > _MAX_CHARACTERS:
        raise PushUnauthenticatedError("too long")
    return authorization


def _bearer_token(authorization: str) -> str:
    match = _BEARER.fullmatch(authorization)
    if match is None:
        raise PushUnauthenticatedError("not one bearer token")
    return match[1]
