"""Limits on what may be asked, and their check: every offending field at once."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from catalog.domain.errors import FieldViolation, InvalidRequestError
from catalog.domain.upload import UploadStatus
from catalog.domain.values import Md5, UploadId, VideoId, canonical_uuid, is_canonical_uuid

T = TypeVar("T")
_NO_UUID = "must be a UUID in lower case with hyphens"


@dataclass(frozen=True, slots=True)
class UploadPolicy:
    """What this installation accepts."""

    max_size_bytes: int
    max_duration_seconds: int
    allowed_content_types: frozenset[str]
    max_filename_length: int = 255


@dataclass(frozen=True, slots=True)
class RawInit:
    """InitResumableUpload as it came, unchecked."""

    filename: str
    size_bytes: int
    content_type: str
    content_md5_hex: str
    duration_seconds: int
    video_id: str


@dataclass(frozen=True, slots=True)
class CheckedInit:
    """InitResumableUpload within the limits."""

    filename: str
    size_bytes: int
    content_type: str
    md5: Md5
    duration_seconds: int
    video_id: VideoId | None


def has_control_characters(text: str) -> bool:
    """True with any character of Unicode category Cc, Cs, Zl or Zp: none has a place in a name."""
    if text.isprintable():  # then there is none of these, nor some others that may be there
        return False
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def _text(value: str, *, least: int, most: int, multiline: bool = False) -> str | None:
    if not least <= len(value) <= most:
        return f"must have {least} to {most} characters"
    if value and not value.strip():
        return "must not be blank"
    checked = value.replace("\n", "").replace("\t", "").replace("\r", "") if multiline else value
    return "must not contain control characters" if has_control_characters(checked) else None


def _between(value: int, most: int, unit: str) -> str | None:
    return None if 0 <= value <= most else f"must be 0 to {most} {unit}".rstrip()


def _one_of(values: Iterable[str]) -> str:
    return f"must be one of {', '.join(sorted(values))}"


def _uuid(value: str, *, optional: bool = False) -> str | None:
    if (optional and not value) or is_canonical_uuid(value):
        return None
    return _NO_UUID


def _refuse(problems: Iterable[tuple[str, str | None]]) -> None:
    violations = [FieldViolation(field, text) for field, text in problems if text is not None]
    if violations:
        raise InvalidRequestError(violations)


def check_init(raw: RawInit, policy: UploadPolicy) -> CheckedInit:
    """Return the request in domain types; raise InvalidRequestError naming every bad field."""
    md5 = Md5.parse(raw.content_md5_hex)
    type_known = raw.content_type in policy.allowed_content_types
    _refuse(
        [
            ("filename", _text(raw.filename, least=1, most=policy.max_filename_length)),
            ("size_bytes", _between(raw.size_bytes, policy.max_size_bytes, "bytes")),
            ("content_type", None if type_known else _one_of(policy.allowed_content_types)),
            ("content_md5_hex", None if md5 else "must be 32 hexadecimal digits"),
            (
                "duration_seconds",
                _between(raw.duration_seconds, policy.max_duration_seconds, "seconds"),
            ),
            ("video_id", _uuid(raw.video_id, optional=True)),
        ]
    )
    assert md5 is not None
    return CheckedInit(
        filename=raw.filename,
        size_bytes=raw.size_bytes,
        content_type=raw.content_type,
        md5=md5,
        duration_seconds=raw.duration_seconds,
        video_id=_optional(raw.video_id, VideoId),
    )


def check_upload_id(text: str) -> UploadId:
    """Parse an upload id; raise InvalidRequestError for anything but a canonical UUID."""
    if (parsed := canonical_uuid(text)) is None:
        raise InvalidRequestError([FieldViolation("upload_id", _NO_UUID)])
    return UploadId(parsed)


def check_video_id(text: str) -> VideoId:
    """Parse a video id; raise InvalidRequestError for anything but a canonical UUID."""
    _refuse([("video_id", _uuid(text))])
    return _required(text, VideoId)


def check_bind(upload_id: str, video_id: str) -> tuple[UploadId, VideoId]:
    """Parse both ids; raise InvalidRequestError naming each that is malformed."""
    _refuse([("upload_id", _uuid(upload_id)), ("video_id", _uuid(video_id))])
    return _required(upload_id, UploadId), _required(video_id, VideoId)


def check_video(title: str, description: str, request_id: str) -> None:
    """Raise InvalidRequestError naming each field outside its limits."""
    _refuse(
        [
            ("title", _text(title, least=1, most=200)),
            ("description", _text(description, least=0, most=5000, multiline=True)),
            ("request_id", _uuid(request_id, optional=True)),
        ]
    )


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """What a client says of its upload since its last report."""

    bytes_persisted: int
    resume_count: int
    offset_mismatch_count: int
    precondition_failed_count: int


MAX_REPORTED_COUNT = 1_000_000
MAX_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 20


def check_progress(upload_id: str, report: ProgressReport, max_size_bytes: int) -> UploadId:
    """Raise InvalidRequestError naming each field outside its limits; return the id."""
    counts = ("resume_count", "offset_mismatch_count", "precondition_failed_count")
    _refuse(
        [
            ("upload_id", _uuid(upload_id)),
            ("bytes_persisted", _between(report.bytes_persisted, max_size_bytes, "bytes")),
            *((name, _between(getattr(report, name), MAX_REPORTED_COUNT, "")) for name in counts),
        ]
    )
    return _required(upload_id, UploadId)


def check_page(status: str, page_size: int, *, token_fits: bool) -> tuple[UploadStatus | None, int]:
    """Return the filter and the size of a page; raise InvalidRequestError naming each bad field."""
    statuses = [each.value for each in UploadStatus]
    known = not status or status in statuses
    _refuse(
        [
            ("status", None if known else f"must be empty or one of {', '.join(statuses)}"),
            ("page_size", _between(page_size, MAX_PAGE_SIZE, "uploads")),
            ("page_token", None if token_fits else "must be a next_page_token of the same list"),
        ]
    )
    return UploadStatus(status) if status else None, page_size or DEFAULT_PAGE_SIZE


def _required(text: str, kind: Callable[[UUID], T]) -> T:
    parsed = canonical_uuid(text)
    assert parsed is not None
    return kind(parsed)


def _optional(text: str, kind: Callable[[UUID], T]) -> T | None:
    return _required(text, kind) if text else None
