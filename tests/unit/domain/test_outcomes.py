"""Uploads as a finalize leaves them."""

from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from catalog.domain.finalize import judge
from catalog.domain.outcomes import completed
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import VideoId
from tests.support.builders import a_stored_object, an_upload

AT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def _with_nothing_by_default() -> Upload:
    """Make a failed upload; a field that has a default, one added later too, has another value."""
    own: dict[str, Any] = {
        field.name: f"its own {field.name}"
        for field in fields(Upload)
        if field.default is not MISSING
    }
    return replace(an_upload(status=UploadStatus.FAILED, version=7, attempt=3), **own)


def test_a_completion_changes_what_the_object_says_and_nothing_else() -> None:
    before, video_id = _with_nothing_by_default(), VideoId(uuid4())
    stored = a_stored_object(before, content_type="video/webm", size_bytes=77)
    judgement = judge(before, stored, tombstoned=False, max_size_bytes=100)
    after = completed(before, judgement.transition, stored, video_id, AT)
    changed = {
        "status": UploadStatus.COMPLETED,
        "version": 8,
        "video_id": video_id,
        "content_type": "video/webm",
        "size_bytes": 77,
        "generation": stored.generation,
        "etag": stored.etag,
        "md5_hash": stored.md5,
        "crc32c": stored.crc32c,
        "error_code": None,
        "error_message": None,
        "completed_at": AT,
        "updated_at": AT,
    }
    for name in (field.name for field in fields(Upload)):
        expected = changed[name] if name in changed else getattr(before, name)
        assert getattr(after, name) == expected, name
