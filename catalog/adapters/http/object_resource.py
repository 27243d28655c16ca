"""The payload of a storage event: a JSON API object resource (storage discovery document)."""

import re
from collections.abc import Mapping
from datetime import datetime

from catalog.adapters.http.push_reasons import Reason, UnusableError
from catalog.domain.values import MAX_GENERATION, Generation, Md5, ObjectRef, StoredObject

MAX_NAME_BYTES = 1024
"""Longest object name, in UTF-8 (Cloud Storage, objects)."""
_MAX_TEXT = 1024
_MAX_SIZE = 2**63 - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def read_object(resource: Mapping[str, object]) -> StoredObject:
    """Read what we use of the resource; raise UnusableError where it cannot be believed.

    64-bit numbers are texts. A missing MD5 is a composite object's; one that is
    there but malformed is nobody's.
    """
    return StoredObject(
        ref=ObjectRef(_bucket(resource.get("bucket")), _name(resource.get("name"))),
        generation=_generation(resource.get("generation")),
        size_bytes=_number(resource.get("size"), _MAX_SIZE, Reason.SIZE),
        md5=_md5(resource.get("md5Hash")),
        crc32c=_text(resource.get("crc32c")),
        etag=_text(resource.get("etag")),
        content_type=_text(resource.get("contentType")),
    )


def read_time(value: object) -> datetime | None:
    """Read an RFC 3339 time; None for anything else, as only a figure hangs on it."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _bucket(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise UnusableError(Reason.BUCKET)
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= MAX_NAME_BYTES:
        raise UnusableError(Reason.OBJECT_NAME)
    return value


def _generation(value: object) -> Generation:
    number = _number(value, MAX_GENERATION, Reason.GENERATION)
    if number == 0:
        raise UnusableError(Reason.GENERATION)
    return Generation(number)


def _number(value: object, most: int, reason: Reason) -> int:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value) or int(value) > most:
        raise UnusableError(reason)
    return int(value)


def _md5(value: object) -> Md5 | None:
    if value is None:
        return None
    md5 = Md5.from_base64(value) if isinstance(value, str) else None
    if md5 is None:
        raise UnusableError(Reason.MD5)
    return md5


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise UnusableError(Reason.TEXT_FIELD)
    return value
