"""Who calls: exactly one user, named by the gateway in the call's metadata."""

import base64
from collections.abc import Callable, Iterable, Sequence

from catalog.application.unambiguous_json import read_json
from catalog.domain.errors import IdentityInvalidError, IdentityMissingError
from catalog.domain.values import UserId, canonical_uuid

USERINFO_KEY = "x-apigateway-api-userinfo"
"""Google API Gateway and ESPv2 put the checked token's payload here, base64url."""
_CLAIMS = ("sub", "user_id")

MetadataValue = str | bytes
Metadata = Iterable[tuple[str, MetadataValue]]


class IdentityReader:
    """Reads the user from the configured metadata keys and trusts nothing doubtful."""

    def __init__(self, keys: Sequence[str]) -> None:
        names = [key.lower() for key in keys]
        if not names or len(set(names)) != len(names):
            raise ValueError("identity needs one or more different metadata keys")
        self._readers: dict[str, Callable[[MetadataValue], UserId]] = {
            name: _user_in_payload if name == USERINFO_KEY else _user_in_plain for name in names
        }

    def user(self, metadata: Metadata) -> UserId:
        """Return the one user that all identity keys name.

        Raises IdentityMissingError when no key is there, IdentityInvalidError
        when a value is malformed, a key comes twice or two keys disagree.
        """
        named: dict[str, UserId] = {}
        for key, value in metadata:
            read = self._readers.get(key)
            if read is None:
                continue
            if key in named:
                raise IdentityInvalidError
            named[key] = read(value)
        if not named:
            raise IdentityMissingError
        user, *others = named.values()
        if others and any(other != user for other in others):
            raise IdentityInvalidError
        return user


def _user_in_plain(value: MetadataValue) -> UserId:
    text = value if isinstance(value, str) else value.decode("ascii", "replace")
    parsed = canonical_uuid(text)
    if parsed is None:
        raise IdentityInvalidError
    return UserId(parsed)


def _user_in_payload(value: MetadataValue) -> UserId:
    claims = _payload(value)
    named = [claims[claim] for claim in _CLAIMS if claim in claims]
    if not named or any(name != named[0] for name in named):
        raise IdentityInvalidError
    if not isinstance(named[0], str):
        raise IdentityInvalidError
    return _user_in_plain(named[0])


def _payload(value: MetadataValue) -> dict[str, object]:
    try:
        raw = (value.encode() if isinstance(value, str) else value).rstrip(b"=")
        padded = raw + b"=" * (-len(raw) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        claims = read_json(text)
    except ValueError:
        raise IdentityInvalidError from None
    if not isinstance(claims, dict):
        raise IdentityInvalidError
    return claims
