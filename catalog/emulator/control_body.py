"""JSON bodies of the control endpoints: read strictly, refused by name."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from starlette.requests import Request

from catalog.emulator.answers import JsonError

FieldT = TypeVar("FieldT")


async def read_body(request: Request, known: frozenset[str]) -> Mapping[str, Any]:
    """The JSON object of a request, empty when there is no body.

    Raises JsonError 400 for anything else and for a field that is not known.
    """
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        raise JsonError(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise JsonError(400, "the body is not a JSON object")
    unknown = sorted(set(body) - known)
    if unknown:
        raise JsonError(400, f"unknown field {unknown[0]!r}; known: {', '.join(sorted(known))}")
    return body


def optional(body: Mapping[str, Any], name: str, kind: type[FieldT]) -> FieldT | None:
    """A field of that type, None when absent. Raises JsonError 400 for another type."""
    value = body.get(name)
    if value is not None and (
        not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)
    ):
        raise JsonError(400, f"{name} must be of type {kind.__name__}")
    return value


def required(body: Mapping[str, Any], name: str, kind: type[FieldT]) -> FieldT:
    """A field of that type. Raises JsonError 400 when it is absent or of another type."""
    value = optional(body, name, kind)
    if value is None:
        raise JsonError(400, f"{name} is required")
    return value
