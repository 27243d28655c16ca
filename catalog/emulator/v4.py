"""Verification of V4 signed URLs: pure, with the time and the keys given by the caller."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from catalog.emulator import v4_canonical as canonical
from catalog.emulator.v4_errors import (
    V4Error,
    expired,
    future_date,
    header_missing,
    malformed,
    no_credentials,
    signature_mismatch,
    unknown_authorizer,
)

MAX_EXPIRES_SECONDS = 604_800
MAX_FUTURE = timedelta(minutes=15)

_REQUIRED = ("algorithm", "credential", "date", "expires", "signedheaders", "signature")
_SCOPE = re.compile(r"(?P<email>.+)/(?P<scope>(?P<day>\d{8})/[^/]+/storage/goog4_request)")
_PORT = re.compile(r":\d+$")

PublicKeys = Callable[[str], RSAPublicKey | None]


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as received: path and query still percent-encoded, headers with their repeats."""

    method: str
    raw_path: str
    raw_query: str = field(repr=False)
    headers: canonical.Pairs = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """An accepted signature: who signed, what was signed, and until when it opens sessions."""

    email: str
    signed_headers: tuple[str, ...]
    expires_at: datetime
    canonical_request: str
    string_to_sign: str


@dataclass(frozen=True, slots=True)
class _Claim:
    email: str
    scope: str
    date: str
    signed_headers: tuple[str, ...]
    starts_at: datetime
    expires_at: datetime
    signature: bytes = field(repr=False)


def verify(request: SignedRequest, *, now: datetime, public_keys: PublicKeys) -> Verified:
    """Accept or refuse a V4 signed URL as the service would.

    Raises V4Error with the status and code of the refusal; on a wrong signature it carries the
    canonical request and the string to sign that were expected.
    """
    pairs = canonical.query_pairs(request.raw_query)
    claim = _read_claim(pairs)
    _check_headers(request, claim)
    _check_time(claim, now)
    key = public_keys(claim.email)
    if key is None:
        raise unknown_authorizer(claim.email)
    return _check_signature(request, canonical.canonical_query(pairs), claim, key)


def _read_claim(pairs: canonical.Pairs) -> _Claim:
    parameters = _parameters(pairs)
    if parameters["algorithm"] != canonical.ALGORITHM:
        raise malformed("X-Goog-Algorithm", f"Only {canonical.ALGORITHM} is supported here.")
    credential = _SCOPE.fullmatch(parameters["credential"])
    starts_at = _time(parameters["date"])
    if credential is None or credential["day"] != parameters["date"][:8]:
        raise malformed("X-Goog-Credential", "The credential scope is malformed.")
    return _Claim(
        email=credential["email"],
        scope=credential["scope"],
        date=parameters["date"],
        signed_headers=tuple(parameters["signedheaders"].split(";")),
        starts_at=starts_at,
        expires_at=starts_at + _lifetime(parameters["expires"]),
        signature=_signature(parameters["signature"]),
    )


def _parameters(pairs: canonical.Pairs) -> dict[str, str]:
    """The signing parameters under their bare names.

    [canonical-requests] five parameters are required and a consistent ``X-Amz-`` prefix is
    accepted; [gsutil-signurl-test] lower-case names are accepted.
    """
    named = [(unquote(name).lower(), unquote(value)) for name, value in pairs]
    prefix = "x-amz-" if any(name == "x-amz-algorithm" for name, _ in named) else "x-goog-"
    found: dict[str, str] = {}
    for name, value in named:
        bare = name.removeprefix(prefix)
        if name.startswith(prefix) and bare in _REQUIRED:
            if bare in found:
                raise malformed(name, "The parameter was given twice.")
            found[bare] = value
    if not found:
        raise no_credentials()
    for bare in _REQUIRED:
        if bare not in found:
            raise malformed(f"X-Goog-{bare.capitalize()}", "The parameter is required.")
    return found


def _time(text: str) -> datetime:
    try:
        if re.fullmatch(r"\d{8}T\d{6}Z", text):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise malformed("X-Goog-Date", "The date must look like 20190201T090000Z.")


def _lifetime(text: str) -> timedelta:
    """[canonical-requests] at most 604800 seconds, counted from X-Goog-Date."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 0 < int(text) <= MAX_EXPIRES_SECONDS:
        raise malformed("X-Goog-Expires", "The value must be 1 to 604800 seconds.")
    return timedelta(seconds=int(text))


def _signature(text: str) -> bytes:
    if not re.fullmatch(r"(?:[0-9a-f]{2})+", text):
        raise malformed("X-Goog-Signature", "The signature must be lower-case hex.")
    return bytes.fromhex(text)


def _check_headers(request: SignedRequest, claim: _Claim) -> None:
    """[canonical-requests] host must be signed, and every signed header must be sent."""
    if "host" not in claim.signed_headers:
        raise malformed("host", "The host header must be signed.")
    for name in claim.signed_headers:
        if canonical.header_value(request.headers, name) is None:
            raise header_missing(name)


def _check_time(claim: _Claim, now: datetime) -> None:
    """[canonical-requests] usable from X-Goog-Date on, for X-Goog-Expires seconds.

    How far in the future the date may lie is not documented; fifteen minutes are allowed here.
    """
    if claim.starts_at > now + MAX_FUTURE:
        raise future_date()
    if now >= claim.expires_at:
        raise expired()


def _check_signature(
    request: SignedRequest, query: str, claim: _Claim, key: RSAPublicKey
) -> Verified:
    """[conformance-v4] vectors sign the host without its port; [py-signing] signs it with one.

    [canonical-requests] an x-goog-* header that is sent but not signed spoils the signature.
    """
    extra = _unsigned_extension_headers(request.headers, claim.signed_headers)
    names = (*claim.signed_headers, *extra)
    attempts = [
        _strings(request, query, headers, names, claim)
        for headers in _with_each_host(request.headers)
    ]
    for text, to_sign in attempts:
        if not extra and _matches(key, claim.signature, to_sign):
            return Verified(claim.email, claim.signed_headers, claim.expires_at, text, to_sign)
    text, to_sign = attempts[0]
    raise signature_mismatch(text, to_sign)


def _strings(
    request: SignedRequest,
    query: str,
    headers: canonical.Pairs,
    names: tuple[str, ...],
    claim: _Claim,
) -> tuple[str, str]:
    text = canonical.canonical_request(
        method=request.method,
        path=canonical.canonical_path(request.raw_path),
        query=query,
        header_lines=canonical.canonical_headers(headers, names),
        names=names,
        payload=_payload(request),
    )
    return text, canonical.string_to_sign(claim.date, claim.scope, text)


def _payload(request: SignedRequest) -> str:
    """[canonical-requests] x-goog-content-sha256, which resumable uploads ignore."""
    if canonical.header_value(request.headers, "x-goog-resumable") is not None:
        return canonical.UNSIGNED_PAYLOAD
    digest = canonical.header_value(request.headers, "x-goog-content-sha256")
    return digest or canonical.UNSIGNED_PAYLOAD


def _unsigned_extension_headers(
    headers: canonical.Pairs, signed: tuple[str, ...]
) -> tuple[str, ...]:
    """[canonical-requests] the only exception among x-goog-* is x-goog-content-sha256."""
    sent = {name.lower() for name, _ in headers}
    ours = {name for name in sent if name.startswith(("x-goog-", "x-amz-"))}
    return tuple(sorted(ours - set(signed) - {"x-goog-content-sha256"}))


def _with_each_host(headers: canonical.Pairs) -> list[canonical.Pairs]:
    """The headers as sent, and once more with the port taken off the host."""
    bare = [(n, _PORT.sub("", v) if n.lower() == "host" else v) for n, v in headers]
    return [headers] if bare == list(headers) else [headers, bare]


def _matches(key: RSAPublicKey, signature: bytes, text: str) -> bool:
    try:
        key.verify(signature, text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


__all__ = ["SignedRequest", "V4Error", "Verified", "verify"]
