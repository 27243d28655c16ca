"""docs/events.md: what is announced, field by field, with an example made by the code itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import get_args

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto

from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.adapters.pubsub.readable_events import readable_event
from catalog.domain import events
from tools.docs_from_code import sample_event
from tools.docs_from_code.page import code, fill, table
from tools.docs_from_code.proto_comments import comments, described

_FILE = "catalog/api/video/v1/events.proto"
_META = "EventMeta"
_CONSUMER = Path(__file__).parents[2] / "examples" / "events" / "consume.py"


def render() -> str:
    """Write the page. Raises ValueError where the contract has other events than the code."""
    said = comments(described(_FILE))
    announced = {kind.__name__: kind for kind in get_args(events.Event)}
    messages = {message.name: message for message in described(_FILE).message_type}
    kinds = [name for name in messages if _carries_meta(messages[name])]
    if set(kinds) != set(announced):
        raise ValueError(f"{sorted(set(kinds) ^ set(announced))}: announced on one side only")
    others = [name for name in messages if name not in announced and name != _META]
    example = ProtobufEvents().encode(sample_event.completed())
    return fill(
        "events",
        {
            "kinds": _kinds(kinds, announced, said),
            "attributes": _attributes(example.headers, said),
            "meta": _members(messages[_META], said),
            "payloads": "\n".join(_message(messages[name], said) for name in kinds),
            "snapshots": "\n".join(_message(messages[name], said) for name in others),
            "example": json.dumps(readable_event(example.event_type, example.payload), indent=2),
            "consumer": _CONSUMER.read_text("utf-8"),
        },
    )


def _kinds(
    names: Sequence[str],
    announced: Mapping[str, type[events.Event]],
    said: Mapping[tuple[str, ...], str],
) -> str:
    rows = []
    for name in names:
        event_type, _, when = said[(name,)].partition(": ")
        if event_type != announced[name].event_type:
            raise ValueError(f"{name}: {event_type} in events.proto")
        rows.append((code(event_type), _aggregate(announced[name]), when.rstrip("."), code(name)))
    return table(("event type", "aggregate", "when", "payload"), rows)


def _aggregate(kind: type[events.Event]) -> str:
    return "upload" if "upload" in {field.name for field in fields(kind)} else "video"


def _attributes(headers: Mapping[str, str], said: Mapping[tuple[str, ...], str]) -> str:
    """Tell those that the encoder sets, with what the contract says of the field of that name."""
    rows = [(code(key), code(value), said[_META, key]) for key, value in headers.items()]
    return table(("attribute", "for example", "meaning"), rows)


def _carries_meta(message: DescriptorProto) -> bool:
    return any(_type(field) == _META for field in message.field)


def _message(message: DescriptorProto, said: Mapping[tuple[str, ...], str]) -> str:
    return f"### {message.name}\n\n{said[message.name,]}\n\n{_members(message, said)}"


def _members(message: DescriptorProto, said: Mapping[tuple[str, ...], str]) -> str:
    rows = [
        (code(field.name), str(field.number), _shown(field), said[message.name, field.name])
        for field in message.field
    ]
    return table(("field", "no.", "type", "meaning"), rows)


def _shown(field: FieldDescriptorProto) -> str:
    name = _type(field)
    return f"[{name}](#{name.lower()})" if field.type_name else name


def _type(field: FieldDescriptorProto) -> str:
    if field.type_name:
        return field.type_name.rpartition(".")[2]
    return FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
