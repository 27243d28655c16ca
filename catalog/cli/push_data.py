"""What a kept push carries, read for people: its message's data, which travels in base64."""

import base64
import contextlib
import json

from catalog.cli.raw_bytes import safe_text


def push_data(raw: bytes | None) -> str | None:
    """Give the data as text, JSON with line breaks; None where it cannot be read or is empty.

    Nothing in it reaches a terminal as a command.
    """
    try:
        data = json.loads(raw or b"")["message"]["data"]
        decoded = base64.b64decode(data, validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    with contextlib.suppress(ValueError, RecursionError):
        decoded = json.dumps(json.loads(decoded), indent=2).encode()
    return safe_text(decoded).text or None
