"""The strings of Google's V4 signing process, rebuilt from a request as it came over the wire.

Source: "canonical-requests" (docs.cloud.google.com/storage/docs/authentication/canonical-requests),
refined by the official vectors ("conformance-v4", googleapis/conformance-tests).
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "GOOG4-RSA-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

Pairs = Sequence[tuple[str, str]]

_SPACES = re.compile(r"[ \t\r\n]+")


def canonical_path(raw_path: str) -> str:
    """Everything between host and query, percent-encoded anew with slashes kept.

    [canonical-requests] the path of the request, whatever the host style; [conformance-v4] only
    ``A-Za-z0-9-._~`` and ``/`` stay, and a leading slash in the object name gives ``//``.
    """
    return quote(unquote_to_bytes(raw_path), safe="/~")


def query_pairs(raw_query: str) -> list[tuple[str, str]]:
    """Encoded name and value of every parameter, in the order sent.

    [conformance-v4] names and values are percent-encoded with only ``A-Za-z0-9-._~`` kept.
    """
    pairs = (part.partition("=") for part in raw_query.split("&") if part)
    return [(_encode(name), _encode(value)) for name, _, value in pairs]


def canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Every parameter but the signature, sorted after encoding [canonical-requests]."""
    kept = (pair for pair in pairs if not is_signature(pair[0]))
    return "&".join(f"{name}={value}" for name, value in sorted(kept))


def is_signature(name: str) -> bool:
    """True for the one parameter that is not part of what is signed, in any case.

    [gsutil-signurl-test] parameter names occur in lower case as well.
    """
    return name.lower() in {"x-goog-signature", "x-amz-signature"}


def canonical_headers(headers: Pairs, names: Iterable[str]) -> str:
    """``name:value`` lines of the given lower-case names, sorted.

    [canonical-requests] duplicates are joined by a comma without spaces; [conformance-v4] values
    are trimmed and every run of white space, folded lines included, becomes one space.
    """
    lines = (f"{name}:{header_value(headers, name)}\n" for name in sorted(names))
    return "".join(lines)


def header_value(headers: Pairs, name: str) -> str | None:
    """The canonical value of a header, or None when the request does not carry it."""
    values = [_SPACES.sub(" ", value).strip() for key, value in headers if key.lower() == name]
    return ",".join(values) if values else None


def canonical_request(
    *, method: str, path: str, query: str, header_lines: str, names: Iterable[str], payload: str
) -> str:
    """The six parts of a canonical request, joined as [canonical-requests] says."""
    return "\n".join([method, path, query, header_lines, ";".join(sorted(names)), payload])


def string_to_sign(date: str, scope: str, request: str) -> str:
    """What the signature covers: algorithm, time, credential scope, digest of the request."""
    digest = hashlib.sha256(request.encode()).hexdigest()
    return f"{ALGORITHM}\n{date}\n{scope}\n{digest}"


def _encode(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="~")
