"""What Cloud Storage's answers mean, and that none of them puts a URL into an error."""

import base64
import hashlib
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.client import (
    AccessRefusedError,
    HashMismatchError,
    ObjectExistsError,
    SessionLostError,
    SignatureRefusedError,
    StorageError,
    StorageUnavailableError,
    UrlExpiredError,
)
from catalog.client.answers import Persisted, Stored, progress_of, retry_after, session_uri

MD5 = hashlib.md5(b"x")
MD5_BASE64 = base64.b64encode(MD5.digest()).decode()
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
Headers = list[tuple[str, str]]


def xml(code: str) -> str:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>secret</Message></Error>"


@given(last=st.integers(0, 2**62))
def test_308_continues_behind_the_last_persisted_byte(last: int) -> None:
    answer = httpx.Response(308, headers={"range": f"bytes=0-{last}"})

    assert progress_of(answer) == Persisted(last + 1)


def test_308_without_a_range_means_that_nothing_is_persisted() -> None:
    assert progress_of(httpx.Response(308)) == Persisted(0)


@pytest.mark.parametrize(
    "header", ["", "bytes=5-9", "bytes=0-", "bytes=0--1", "0-5", "bytes=0-5,7-9"]
)
def test_a_range_that_makes_no_sense_is_asked_again_rather_than_believed(header: str) -> None:
    with pytest.raises(StorageUnavailableError):
        progress_of(httpx.Response(308, headers={"range": header}))


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize(
    "headers",
    [
        [("x-goog-hash", f"crc32c=AAAAAA==,md5={MD5_BASE64}")],
        [("x-goog-hash", "crc32c=AAAAAA=="), ("x-goog-hash", f"md5={MD5_BASE64}")],
        [("etag", f'"{MD5.hexdigest()}"')],
        [("x-goog-hash", f"md5={MD5_BASE64}"), ("etag", '"not an MD5"')],
    ],
)
def test_a_completed_upload_tells_its_md5_in_any_documented_form(
    status: int, headers: Headers
) -> None:
    known: Headers = [("x-goog-stored-content-length", "1"), ("x-goog-generation", "7")]

    stored = progress_of(httpx.Response(status, headers=[*headers, *known]))

    assert stored == Stored(md5_hex=MD5.hexdigest(), size=1, generation="7")


@pytest.mark.parametrize(
    "headers",
    [[], [("etag", '"CJj"'), ("x-goog-hash", "md5=?"), ("x-goog-stored-content-length", "-1")]],
)
def test_what_a_completed_upload_does_not_tell_is_unknown(headers: Headers) -> None:
    assert progress_of(httpx.Response(200, headers=headers)) == Stored(None, None, None)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "BadDigest", HashMismatchError),
        (403, "AccessDenied", AccessRefusedError),
        (404, "NoSuchUpload", SessionLostError),
        (408, "", StorageUnavailableError),
        (410, "Gone", SessionLostError),
        (412, "PreconditionFailed", ObjectExistsError),
        (418, "", StorageError),
        (429, "", StorageUnavailableError),
        (499, "", SessionLostError),
        (500, "InternalError", StorageUnavailableError),
        (503, "", StorageUnavailableError),
    ],
)
def test_each_refusal_of_a_chunk_is_one_error_in_one_line(
    status: int, code: str, error: type[StorageError]
) -> None:
    with pytest.raises(StorageError) as caught:
        progress_of(httpx.Response(status, text=xml(code)))

    assert type(caught.value) is error
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "ExpiredToken", UrlExpiredError),
        (400, "MalformedSecurityHeader", SignatureRefusedError),
        (403, "SignatureDoesNotMatch", SignatureRefusedError),
        (403, "AccessDenied", AccessRefusedError),
        (404, "NoSuchBucket", StorageError),
        (412, "PreconditionFailed", ObjectExistsError),
        (503, "", StorageUnavailableError),
    ],
)
def test_each_refusal_to_open_a_session_is_one_error(
    status: int, code: str, error: type[StorageError]
) -> None:
    with pytest.raises(StorageError) as caught:
        session_uri(httpx.Response(status, text=xml(code)))

    assert type(caught.value) is error


def test_an_opened_session_is_known_by_its_location() -> None:
    opened = httpx.Response(201, headers={"location": "https://storage/o?upload_id=1"})

    assert session_uri(opened) == "https://storage/o?upload_id=1"
    with pytest.raises(StorageError, match="names none"):
        session_uri(httpx.Response(201))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_a_retry_after_travels_with_the_error() -> None:
    with pytest.raises(StorageUnavailableError) as caught:
        progress_of(httpx.Response(503, headers={"retry-after": "3"}))

    assert caught.value.retry_after == 3.0
