"""Kept payloads as people can read them."""

from collections.abc import Mapping

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message

from catalog.api.video.v1 import events_pb2 as pb

_MESSAGES: Mapping[str, type[Message]] = {
    "video.upload.completed": pb.UploadCompleted,
    "video.upload.failed": pb.UploadFailed,
    "video.upload.cancelled": pb.UploadCancelled,
    "video.upload.expired": pb.UploadExpired,
    "video.created": pb.VideoCreated,
}


def readable_event(event_type: str, payload: bytes) -> dict[str, object] | None:
    """Decode into JSON's types with the contract's names; None for what cannot be read."""
    message = _MESSAGES.get(event_type)
    if message is None:
        return None
    try:
        decoded = message.FromString(payload)
    except DecodeError:
        return None
    fields: dict[str, object] = MessageToDict(decoded, preserving_proto_field_name=True)
    return fields
