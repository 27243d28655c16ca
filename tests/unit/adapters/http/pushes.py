"""Pushes as Pub/Sub sends them, and the one change that spoils each."""

import base64
import json
from collections.abc import Mapping
from typing import Any

BUCKET = "catalog-uploads"
NAME = "videos/5d1991d9-e84d-4d5f-9e57-453554f112b9/30303030303030303030303030303030"
GENERATION = "1700000000000001"
MESSAGE_ID = "2070443601311540"


def a_resource(**changes: object) -> dict[str, object]:
    """The object resource of JSON_API_V1; a change to None removes the field."""
    resource: dict[str, object] = {
        "kind": "storage#object",
        "id": f"{BUCKET}/{NAME}/{GENERATION}",
        "name": NAME,
        "bucket": BUCKET,
        "generation": GENERATION,
        "metageneration": "1",
        "contentType": "video/mp4",
        "size": "1000",
        "md5Hash": base64.b64encode(b"0" * 16).decode(),
        "crc32c": "yZRlqg==",
        "etag": "CJ+x",
        "timeCreated": "2026-11-21T12:00:00.000Z",
    }
    return _without_none(resource | changes)


def attributes(**changes: object) -> dict[str, object]:
    """The attributes of a finalize; a change to None removes one."""
    given: dict[str, object] = {
        "eventType": "OBJECT_FINALIZE",
        "bucketId": BUCKET,
        "objectId": NAME,
        "objectGeneration": GENERATION,
        "payloadFormat": "JSON_API_V1",
        "notificationConfig": f"projects/_/buckets/{BUCKET}/notificationConfigs/1",
        "eventTime": "2026-11-21T12:00:00.000Z",
    }
    return _without_none(given | changes)


def a_push(
    resource: object = None, attrs: object = None, **changes: object
) -> dict[str, dict[str, Any] | str]:
    """The wrapped form; `changes` are to the message, None removes."""
    payload = resource if isinstance(resource, bytes) else _dump(resource or a_resource())
    message: dict[str, object] = {
        "attributes": attributes() if attrs is None else attrs,
        "data": base64.b64encode(payload).decode(),
        "messageId": MESSAGE_ID,
        "message_id": MESSAGE_ID,
        "publishTime": "2026-11-21T12:00:00.100Z",
        "publish_time": "2026-11-21T12:00:00.100Z",
    }
    return {
        "message": _without_none(message | changes),
        "subscription": "projects/p/subscriptions/s",
    }


def body(push: object) -> bytes:
    """The push as bytes."""
    return _dump(push)


def _dump(value: object) -> bytes:
    return json.dumps(value).encode()


def _without_none(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
