"""The domain's errors, and what the contract says of each."""

import re
from collections.abc import Iterator
from pathlib import Path

from catalog.domain import errors
from catalog.domain.errors import CatalogError, FieldViolation, InvalidRequestError


def every_error(kind: type[CatalogError] = CatalogError) -> Iterator[type[CatalogError]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from every_error(child)


LEAVES = [kind for kind in every_error() if not kind.__subclasses__()]
PROTO = Path(__file__).parents[4] / "proto/catalog/api/video/v1/errors.proto"
DOCUMENTED = {
    reason: code
    for code, reason in re.findall(
        r"// ([A-Z_]+):[^\n]*\n\s+ERROR_REASON_(\w+) =", PROTO.read_text()
    )
}
"""Code by reason, as the contract's comments say it."""


def an_error(kind: type[CatalogError]) -> CatalogError:
    if issubclass(kind, InvalidRequestError):
        return kind([FieldViolation("filename", "must"), FieldViolation("video_id", "be")])
    return kind(status="failed")
