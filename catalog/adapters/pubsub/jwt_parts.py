"""Taking a compact JWT apart, strictly. Nothing here is trusted yet."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.application.unambiguous_json import RepeatedNameError, read_json

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
# `crit` asks for rules we do not have; the others bring the sender's own key (RFC 8725, 3.10).
_REFUSED_HEADERS = ("crit", "b64", "jwk", "jku", "x5u", "x5c")


class MalformedTokenError(Exception):
    """Not a token we could ever accept. The message never quotes the token."""


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A well-formed RS256 token whose signature nobody has checked."""

    kid: str
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    claims: str = field(repr=False)
    """Still encoded: read it with `read_claims` once the signature has been verified."""


def take_apart(token: str) -> UnverifiedToken:
    """Split a token; raise MalformedTokenError for any but RS256 under a named key."""
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise MalformedTokenError("not three segments of base64url")
    header = _json_object(parts[1])
    kid = _checked_kid(header)
    signed = f"{parts[1]}.{parts[2]}".encode()
    return UnverifiedToken(kid, signed, _decoded(parts[3]), parts[2])


def read_claims(token: UnverifiedToken) -> Mapping[str, Any]:
    """Read the claims; raise MalformedTokenError unless they are one JSON object."""
    return _json_object(token.claims)


def _checked_kid(header: Mapping[str, Any]) -> str:
    if header.get("alg") != "RS256":
        raise MalformedTokenError("algorithm is not RS256")
    if any(name in header for name in _REFUSED_HEADERS):
        raise MalformedTokenError("header asks for a key or a rule of its own")
    typ = header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.upper() != "JWT":
        raise MalformedTokenError("not a JWT by its type")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise MalformedTokenError("no key id")
    return kid


def _json_object(segment: str) -> Mapping[str, Any]:
    try:
        found = read_json(_decoded(segment).decode())
    except RepeatedNameError:
        raise MalformedTokenError("a name occurs twice") from None
    except ValueError:
        raise MalformedTokenError("segment is not JSON") from None
    if not isinstance(found, dict):
        raise MalformedTokenError("segment is not a JSON object")
    return found


def _decoded(segment: str) -> bytes:
    """Decode unpadded base64url; only the one canonical spelling of the bytes is accepted."""
    try:
        decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise MalformedTokenError("segment is not base64url") from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != segment.encode():
        raise MalformedTokenError("segment is not canonical base64url")
    return decoded
