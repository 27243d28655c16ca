"""A Pub/Sub push, read into what it means. Pure: the same bytes always mean the same."""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.adapters.http.object_resource import read_object, read_time
from catalog.adapters.http.push_reasons import Reason, UnusableError
from catalog.adapters.http.strict_json import parse_json
from catalog.application.records import Arrival
from catalog.domain.values import StoredObject

FINALIZE = "OBJECT_FINALIZE"
KEPT_BYTES = 64 * 1024
"""How much of a body is kept."""
_EVENT_TYPE = re.compile(r"[A-Z][A-Z_]{0,63}")
_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """Something happened to an object that is none of our business."""

    event_type: str
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Unusable:
    """An authenticated push that means nothing to us, and why."""

    reason: Reason
    message_id: str | None = None

    @property
    def detail(self) -> str:
        """The reason in a sentence that repeats nothing of the push."""
        return self.reason.explanation


def parse_push(body: bytes, accepted_buckets: frozenset[str]) -> Arrival | OtherEvent | Unusable:
    """Read the wrapped form (cloud.google.com/pubsub/docs/push). Raises nothing."""
    message_id: str | None = None
    try:
        message = _message(parse_json(body))
        message_id = _message_id(message)
        return _read(message, message_id, body, accepted_buckets)
    except UnusableError as refusal:
        return Unusable(refusal.reason, message_id)


def _read(
    message: Mapping[str, object],
    message_id: str | None,
    body: bytes,
    accepted_buckets: frozenset[str],
) -> Arrival | OtherEvent:
    attributes = message.get("attributes")
    if not isinstance(attributes, dict):
        raise UnusableError(Reason.ATTRIBUTES)
    event_type = _attribute(attributes, "eventType")
    if not _EVENT_TYPE.fullmatch(event_type):
        raise UnusableError(Reason.EVENT_TYPE)
    if event_type != FINALIZE:
        return OtherEvent(event_type, message_id)
    if attributes.get("payloadFormat", "JSON_API_V1") != "JSON_API_V1":
        raise UnusableError(Reason.PAYLOAD_FORMAT)
    resource = _payload(message)
    stored = read_object(resource)
    _check_agreement(attributes, stored)
    if stored.ref.bucket not in accepted_buckets:
        raise UnusableError(Reason.FOREIGN_BUCKET)
    at = read_time(resource.get("timeCreated"))
    return Arrival(stored, "push", message_id, body[:KEPT_BYTES], at)


def _message(envelope: object) -> Mapping[str, object]:
    message = envelope.get("message") if isinstance(envelope, dict) else None
    if not isinstance(message, dict):
        raise UnusableError(Reason.ENVELOPE)
    return message


def _message_id(message: Mapping[str, object]) -> str | None:
    """Take either spelling; Pub/Sub sends both, equal."""
    given = [message[name] for name in ("messageId", "message_id") if name in message]
    if not given:
        return None
    first = given[0]
    if not isinstance(first, str) or not _MESSAGE_ID.fullmatch(first) or given[-1] != first:
        raise UnusableError(Reason.MESSAGE_ID)
    return first


def _attribute(attributes: Mapping[str, object], name: str) -> str:
    value = attributes.get(name)
    if not isinstance(value, str):
        raise UnusableError(Reason.ATTRIBUTES)
    return value


def _payload(message: Mapping[str, object]) -> Mapping[str, object]:
    data = message.get("data")
    if data is None or data == "":
        raise UnusableError(Reason.PAYLOAD_MISSING)
    try:
        raw = binascii.a2b_base64(data, strict_mode=True) if isinstance(data, str) else None
    except ValueError:
        raw = None
    if raw is None:
        raise UnusableError(Reason.PAYLOAD_NOT_BASE64)
    resource = parse_json(raw)
    if not isinstance(resource, dict):
        raise UnusableError(Reason.PAYLOAD_NOT_AN_OBJECT)
    return resource


def _check_agreement(attributes: Mapping[str, object], stored: StoredObject) -> None:
    """Attributes and payload are two accounts of one event: both must tell the same."""
    told = [_attribute(attributes, name) for name in ("bucketId", "objectId", "objectGeneration")]
    if told != [stored.ref.bucket, stored.ref.name, str(stored.generation)]:
        raise UnusableError(Reason.CONTRADICTION)
