"""What proto/ says in comments, which the generated Python code does not keep."""

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

PROTO = Path(__file__).parents[2] / "proto"

# Numbers of the members in google/protobuf/descriptor.proto: a comment's place is named by them.
_MESSAGES, _ENUMS, _MEMBERS = 4, 5, 2


@cache
def described(name: str) -> FileDescriptorProto:
    """Describe one file below proto/, comments included. Raises RuntimeError where protoc fails."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "set.binpb")
        command = ["protoc", f"-I{PROTO}", "--include_source_info", f"--descriptor_set_out={out}"]
        if protoc.main([*command, name]) != 0:  # type: ignore[no-untyped-call]  # ships no types
            raise RuntimeError(f"protoc cannot read {name}")
        return FileDescriptorSet.FromString(out.read_bytes()).file[0]


def comments(file: FileDescriptorProto) -> Mapping[tuple[str, ...], str]:
    """Give the comment of every message, enum, field and value by its path of names."""
    by_place = {
        tuple(each.path): _joined(each.leading_comments)
        for each in file.source_code_info.location
        if each.leading_comments
    }
    found: dict[tuple[str, ...], str] = {}
    for number, message in enumerate(file.message_type):
        names = [field.name for field in message.field]
        found |= _of(by_place, (_MESSAGES, number), message.name, names)
    for number, enum in enumerate(file.enum_type):
        found |= _of(by_place, (_ENUMS, number), enum.name, [value.name for value in enum.value])
    return found


def _of(
    by_place: Mapping[tuple[int, ...], str],
    place: tuple[int, ...],
    name: str,
    members: Sequence[str],
) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {(name,): by_place.get(place, "")}
    for number, member in enumerate(members):
        found[(name, member)] = by_place.get((*place, _MEMBERS, number), "")
    return found


def _joined(comment: str) -> str:
    return " ".join(comment.split())
