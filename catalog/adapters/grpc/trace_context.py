"""The one accepted form of a trace context, W3C Trace Context level 1."""

import re

TRACEPARENT_KEY = "traceparent"
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


def checked_traceparent(value: str | bytes) -> str | None:
    """Return a well-formed traceparent as it is; None for anything else, which is then ignored."""
    if isinstance(value, str) and _TRACEPARENT.fullmatch(value):
        return value
    return None
