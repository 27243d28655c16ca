"""What Cloud Storage's answers on a session mean (performing-resumable, reference-status)."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from catalog.client.errors import (
    AccessRefusedError,
    HashMismatchError,
    ObjectExistsError,
    SessionLostError,
    SignatureRefusedError,
    StorageError,
    StorageUnavailableError,
    UrlExpiredError,
)

_PASSING = frozenset({408, 429})
# Unknown or expired; ended by a fault; cancelled.
_LOST = frozenset({404, 410, 499})
_CODE = re.compile(r"<Code>([A-Za-z0-9]{1,64})</Code>")
_RANGE = re.compile(r"bytes=0-(\d{1,19})")
_MD5_ETAG = re.compile(r'"?([0-9a-f]{32})"?')


@dataclass(frozen=True, slots=True)
class Persisted:
    """The session is open and holds all bytes before `offset`."""

    offset: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The object is made. What the answer did not tell is None."""

    md5_hex: str | None
    size: int | None
    generation: str | None


def progress_of(response: httpx.Response) -> Persisted | Stored:
    """The meaning of the answer to a chunk or a status query.

    Raises StorageUnavailableError, SessionLostError, ObjectExistsError, HashMismatchError or
    another StorageError.
    """
    if response.status_code == 308:
        return Persisted(_persisted(response.headers.get("range")))
    if response.status_code in (200, 201):
        return _stored(response.headers)
    raise _trouble(response)


def session_uri(response: httpx.Response) -> str:
    """The session URI from the answer to the opening POST; raises as `progress_of` does.

    201 is what the XML API says, 200 what some stand-ins say.
    """
    if response.status_code not in (200, 201):
        raise _opening_trouble(response)
    location = response.headers.get("location")
    if not location:
        raise StorageError("Cloud Storage opened no session: its answer names none")
    return str(location)


def _persisted(header: str | None) -> int:
    # No Range header: nothing is persisted.
    if header is None:
        return 0
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        raise StorageUnavailableError("Cloud Storage gave a Range that makes no sense")
    return int(match[1]) + 1


def _stored(headers: httpx.Headers) -> Stored:
    length = headers.get("x-goog-stored-content-length", "")
    return Stored(
        md5_hex=_md5_of(headers),
        size=int(length) if length.isascii() and length.isdigit() else None,
        generation=headers.get("x-goog-generation"),
    )


def _md5_of(headers: httpx.Headers) -> str | None:
    for value in headers.get_list("x-goog-hash", split_commas=True):
        if value.startswith("md5="):
            return _hex_of_base64(value.removeprefix("md5="))
    # The ETag of a plain object is its MD5; of a composite one it is not.
    match = _MD5_ETAG.fullmatch(headers.get("etag", ""))
    return match[1] if match else None


def _hex_of_base64(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).hex()
    except binascii.Error:
        return None


def _opening_trouble(response: httpx.Response) -> StorageError:
    code = _code(response)
    if code in ("SignatureDoesNotMatch", "MalformedSecurityHeader"):
        return SignatureRefusedError(
            f"Cloud Storage refused the signed URL ({_words(response, code)}): "
            "the service signs with a wrong key or other headers than it says"
        )
    if response.status_code == 400 and code == "ExpiredToken":
        return UrlExpiredError("the signed URL had expired when it was used; check the clock")
    if response.status_code in _LOST:
        return StorageError(f"Cloud Storage opened no session ({_words(response, code)})")
    return _trouble(response)


def _trouble(response: httpx.Response) -> StorageError:
    status, code = response.status_code, _code(response)
    words = _words(response, code)
    if status in _PASSING or status >= 500:
        return StorageUnavailableError(
            f"Cloud Storage does not take the upload now ({words}); try again later",
            retry_after=retry_after(response.headers.get("retry-after"), datetime.now(UTC)),
        )
    if status in _LOST:
        return SessionLostError(f"Cloud Storage gave up the upload session ({words})")
    if status == 412:
        return ObjectExistsError("an object of this name is already stored")
    if status == 403:
        return AccessRefusedError(f"Cloud Storage denied access ({words})")
    if code == "BadDigest":
        return HashMismatchError(
            "the bytes that arrived are not those of the file; run the same command again"
        )
    return StorageError(f"Cloud Storage refused the upload ({words})")


def _code(response: httpx.Response) -> str:
    match = _CODE.search(response.text[:4096])
    return match[1] if match else ""


def _words(response: httpx.Response, code: str) -> str:
    return f"{response.status_code} {code}".strip()


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After header in either form; None without a usable one."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max((then - now).total_seconds(), 0.0)
