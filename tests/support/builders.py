"""Builders: valid values by default, each test names only what matters to it."""

import hashlib
import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog.application.records import Arrival, InitFacts
from catalog.domain.policies import RawInit, UploadPolicy
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import (
    Generation,
    Md5,
    ObjectRef,
    StoredObject,
    UploadId,
    UserId,
    VideoId,
)
from catalog.domain.video import Video, VideoStatus

BUCKET = "catalog-uploads"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_generations = itertools.count(1_700_000_000_000_001)
POLICY = UploadPolicy(
    max_size_bytes=4 * 1024**3,
    max_duration_seconds=300,
    allowed_content_types=frozenset({"video/mp4", "video/quicktime"}),
)


def a_user() -> UserId:
    """Somebody new."""
    return UserId(uuid.uuid4())


def an_md5(content: bytes | None = None) -> Md5:
    """The MD5 of `content`, or one nobody else has."""
    return Md5(hashlib.md5(uuid.uuid4().bytes if content is None else content).hexdigest())


def a_raw_init(**changes: Any) -> RawInit:
    """A request that every policy accepts."""
    values: dict[str, Any] = {
        "filename": "holiday.mp4",
        "size_bytes": 1000,
        "content_type": "video/mp4",
        "content_md5_hex": an_md5().hex,
        "duration_seconds": 12,
        "video_id": "",
    }
    return RawInit(**values | changes)


def init_facts(user: UserId | None = None, md5: Md5 | None = None, **changes: Any) -> InitFacts:
    """What a first Init writes."""
    user, md5 = user or a_user(), md5 or an_md5()
    values: dict[str, Any] = {
        "user_id": user,
        "ref": ObjectRef.for_upload(BUCKET, user, md5),
        "md5": md5,
        "filename": "holiday.mp4",
        "content_type": "video/mp4",
        "declared_size": 1000,
        "duration_seconds": 12,
        "session_life": timedelta(days=7, minutes=15),
        "traceparent": None,
    }
    return InitFacts(**values | changes)


def an_upload(**changes: Any) -> Upload:
    """A pending upload."""
    user = changes.pop("user_id", None) or a_user()
    md5 = changes.pop("md5", None) or an_md5()
    values: dict[str, Any] = {
        "upload_id": UploadId(uuid.uuid4()),
        "user_id": user,
        "video_id": None,
        "ref": ObjectRef.for_upload(BUCKET, user, md5),
        "md5": md5,
        "filename": "holiday.mp4",
        "content_type": "video/mp4",
        "declared_size": 1000,
        "duration_seconds": 12,
        "status": UploadStatus.PENDING,
        "attempt": 1,
        "version": 1,
        "session_expires_at": NOW + timedelta(days=7),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Upload(**values | changes)


def a_stored_object(upload: Upload | InitFacts, **changes: Any) -> StoredObject:
    """The right object for an upload, in a generation of its own."""
    values: dict[str, Any] = {
        "ref": upload.ref,
        "generation": Generation(next(_generations)),
        "size_bytes": 1000,
        "md5": upload.md5,
        "crc32c": "yZRlqg==",
        "etag": "CJ+x",
        "content_type": upload.content_type,
    }
    return StoredObject(**values | changes)


def an_arrival(stored: StoredObject, **changes: Any) -> Arrival:
    """A push that tells of `stored`, under a message id of its own."""
    values: dict[str, Any] = {
        "stored": stored,
        "actor": "push",
        "message_id": str(uuid.uuid4().int >> 80),
        "payload": b"{}",
    }
    return Arrival(**values | changes)


def a_video(**changes: Any) -> Video:
    """A video that waits for its file."""
    values: dict[str, Any] = {
        "video_id": VideoId(uuid.uuid4()),
        "user_id": a_user(),
        "title": "Holiday",
        "description": "",
        "status": VideoStatus.PENDING_UPLOAD,
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Video(**values | changes)
