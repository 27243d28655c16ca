"""The strings of Cloud Storage's V4 signing process. Pure: no clock, no key, no I/O.

Built as "canonical-requests" says (docs.cloud.google.com/storage/docs/authentication) and as
the official vectors refine it (googleapis/conformance-tests, storage/v1/v4_signatures.json).
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "GOOG4-RSA-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
SIGNATURE_PARAMETER = "X-Goog-Signature"

Pairs = Iterable[tuple[str, str]]

_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class CanonicalHeaders:
    """Signed headers as the signature sees them: sorted, lower case, folded."""

    lines: str
    """One `name:value` line each, the last one ended as well."""
    names: str
    """The value of X-Goog-SignedHeaders, not yet percent-encoded."""


def canonical_path(path: str) -> str:
    """Percent-encode everything but unreserved characters and slashes.

    A slash that leads the object name stays, and gives `//`.
    """
    return quote(path, safe="/~")


def canonical_query(parameters: Pairs) -> str:
    """Percent-encode names and values, slashes too, then sort by name."""
    encoded = ((quote(name, safe="~"), quote(value, safe="~")) for name, value in parameters)
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def canonical_headers(headers: Pairs) -> CanonicalHeaders:
    """Sort by lower-case name; fold white space; join repeats by a comma, in the order given."""
    folded: dict[str, list[str]] = {}
    for name, value in headers:
        folded.setdefault(name.strip().lower(), []).append(_SPACES.sub(" ", value).strip(" "))
    names = sorted(folded)
    lines = "".join(f"{name}:{','.join(folded[name])}\n" for name in names)
    return CanonicalHeaders(lines, ";".join(names))


def canonical_request(
    method: str, path: str, query: str, headers: CanonicalHeaders, payload: str = UNSIGNED_PAYLOAD
) -> str:
    """Join the parts; `path` and `query` are canonical, `payload` is a hash or its stand-in."""
    return f"{method}\n{path}\n{query}\n{headers.lines}\n{headers.names}\n{payload}"


def request_time(at: datetime) -> str:
    """The X-Goog-Date of a moment, whole seconds, rounded down."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def credential_scope(time: str, location: str = "auto") -> str:
    """Limit the signature to a day, a location and the service."""
    return f"{time[:8]}/{location}/storage/goog4_request"


def signing_parameters(
    email: str, time: str, expires_seconds: int, headers: CanonicalHeaders
) -> list[tuple[str, str]]:
    """The five parameters that every signed URL carries beside its signature."""
    return [
        ("X-Goog-Algorithm", ALGORITHM),
        ("X-Goog-Credential", f"{email}/{credential_scope(time)}"),
        ("X-Goog-Date", time),
        ("X-Goog-Expires", str(expires_seconds)),
        ("X-Goog-SignedHeaders", headers.names),
    ]


def string_to_sign(time: str, scope: str, request: str) -> str:
    """What the signature covers: algorithm, time, scope and the canonical request's digest."""
    digest = hashlib.sha256(request.encode()).hexdigest()
    return f"{ALGORITHM}\n{time}\n{scope}\n{digest}"


def signed_url(origin: str, path: str, query: str, signature: bytes) -> str:
    """Put the URL together from canonical parts; the signature comes last."""
    return f"{origin}{path}?{query}&{SIGNATURE_PARAMETER}={signature.hex()}"
