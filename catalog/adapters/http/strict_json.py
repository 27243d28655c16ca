"""JSON that every reader would understand alike: no duplicate names, no text a database refuses."""

import re
from collections.abc import Iterator

from catalog.adapters.http.push_reasons import Reason, UnusableError
from catalog.application.unambiguous_json import RepeatedNameError, read_json

_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(raw: bytes) -> object:
    """Read a UTF-8 document; raise UnusableError for anything doubtful, however built."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise UnusableError(Reason.NOT_UTF8) from None
    try:
        value = read_json(text)
    except RepeatedNameError:
        raise UnusableError(Reason.DUPLICATE_KEY) from None
    except ValueError:
        raise UnusableError(Reason.NOT_JSON) from None
    if "\\" in text:  # bare control characters are no JSON, bare surrogates no UTF-8
        _check_escaped(value)
    return value


def _check_escaped(value: object) -> None:
    for text in _texts(value):
        if "\x00" in text:
            raise UnusableError(Reason.NUL)
        if _SURROGATE.search(text):
            raise UnusableError(Reason.LONE_SURROGATE)


def _texts(value: object) -> Iterator[str]:
    """Walk all names and texts with a stack of our own: the document chose the depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
