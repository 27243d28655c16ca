"""Pub/Sub messages, those about objects above all, and the wrapped body that a push carries."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from catalog.emulator.clock import rfc3339
from catalog.emulator.object_resource import object_resource
from catalog.emulator.objects import StoredObject

NOTIFICATION_CONFIG_ID = "1"


class MessageIds:
    """Decimal ids, unique within the topic [pubsub-discovery]."""

    def __init__(self) -> None:
        self._numbers = count(time.time_ns() // 1000)

    def next(self) -> str:
        """Sixteen digits, as seen on real pushes."""
        return str(next(self._numbers))


@dataclass(frozen=True, slots=True)
class Message:
    """One published message; redelivery repeats it with the same id and publish time."""

    message_id: str
    published_at: datetime
    attributes: Mapping[str, str]
    data: bytes = field(repr=False)
    ordering_key: str = ""
    topic: str = ""

    def with_id(self, message_id: str) -> "Message":
        """The same event published twice, as GCS itself may do [stackguides-dup]."""
        return replace(self, message_id=message_id)

    def push_body(self, subscription: str) -> bytes:
        """[push-docs] both spellings of id and time, one message a request, base64 data.

        No deliveryAttempt, since there is no dead-letter policy; an orderingKey only where the
        publisher set one, which GCS does not [taourl-ordering].
        """
        return json.dumps({"message": self.as_json(), "subscription": subscription}).encode()

    def as_json(self) -> dict[str, Any]:
        """The message as subscribers see it in JSON."""
        published = rfc3339(self.published_at)
        message: dict[str, Any] = {
            "attributes": dict(self.attributes),
            "data": base64.b64encode(self.data).decode(),
            "messageId": self.message_id,
            "message_id": self.message_id,
            "publishTime": published,
            "publish_time": published,
        }
        return message | ({"orderingKey": self.ordering_key} if self.ordering_key else {})


def finalize_message(
    stored: StoredObject,
    *,
    message_id: str,
    now: datetime,
    base_url: str,
    payload: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Message:
    """OBJECT_FINALIZE of an object [pubsub-notifications], payload JSON_API_V1.

    ``payload`` and ``attributes`` replace single fields, None takes one away.
    """
    said = _patched(object_resource(stored, base_url), payload)
    return Message(
        message_id=message_id,
        published_at=now,
        attributes=_patched(_attributes(stored), attributes),
        data=json.dumps(said, indent=2).encode(),
    )


def _attributes(stored: StoredObject) -> dict[str, Any]:
    """[pubsub-notifications] the attribute names; [gsutil-notification] the config's path."""
    config = f"projects/_/buckets/{stored.bucket}/notificationConfigs/{NOTIFICATION_CONFIG_ID}"
    attributes = {
        "eventType": "OBJECT_FINALIZE",
        "bucketId": stored.bucket,
        "objectId": stored.name,
        "objectGeneration": str(stored.generation),
        "payloadFormat": "JSON_API_V1",
        "notificationConfig": config,
        "eventTime": rfc3339(stored.created_at),
    }
    if stored.overwrote is not None:
        attributes["overwroteGeneration"] = str(stored.overwrote)
    return attributes


def _patched(fields: dict[str, Any], patch: Mapping[str, Any] | None) -> dict[str, Any]:
    merged = {**fields, **(patch or {})}
    return {name: value for name, value in merged.items() if value is not None}
