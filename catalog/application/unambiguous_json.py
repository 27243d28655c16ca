"""JSON that every reader understands alike: no name twice in an object, no NaN, no Infinity."""

import json


class RepeatedNameError(ValueError):
    """Two members of one name: which of them counts differs from parser to parser."""


def read_json(text: str) -> object:
    """Read a document; raise RepeatedNameError, or another ValueError for what is no JSON."""
    try:
        value: object = _DECODER.decode(text)
    except RecursionError:  # nested deeper than the reader can go
        raise ValueError("nested too deeply") from None
    return value


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RepeatedNameError
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


# json.loads makes one for every document, at a third of what a small one costs.
_DECODER = json.JSONDecoder(object_pairs_hook=_unambiguous, parse_constant=_no_constant)
