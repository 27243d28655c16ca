"""Remembering for a while which tokens bore a good signature, and nothing more."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.adapters.pubsub.certificate_set import IssuerKey


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """Claims and the key that signed them. Holds only while the issuer shows that very key."""

    kid: str
    key: IssuerKey = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


class VerifiedTokens:
    """The most recently used ones, by their header's digest: the tokens themselves are not kept.

    Pub/Sub sends one token with many pushes for up to an hour (push-docs), so
    most signatures need to be verified but once. Everything that depends on the
    time is for the caller to check again.
    """

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._found: OrderedDict[bytes, VerifiedToken] = OrderedDict()

    def get(self, header: str) -> VerifiedToken | None:
        """Find what an earlier call put; None when it never did, or too long ago."""
        digest = _digest(header)
        found = self._found.get(digest)
        if found is not None:
            self._found.move_to_end(digest)
        return found

    def put(self, header: str, verified: VerifiedToken) -> None:
        """Remember what it bears; the least recently used one makes room."""
        self._found[_digest(header)] = verified
        if len(self._found) > self._limit:
            self._found.popitem(last=False)

    def __len__(self) -> int:
        return len(self._found)


def _digest(header: str) -> bytes:
    return hashlib.sha256(header.encode()).digest()
