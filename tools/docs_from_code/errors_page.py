"""docs/errors.md: every reason, how it looks on the wire, and what a client does about it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from catalog.adapters.grpc.errors import STATUS_CODES
from catalog.domain.errors import CatalogError, LimitExceededError, UnavailableError
from tools.docs_from_code.advice import ADVICE
from tools.docs_from_code.page import code, fill, table
from tools.docs_from_code.proto_comments import comments, described

_FILE = "catalog/api/video/v1/errors.proto"
_ENUM, _PREFIX = "ErrorReason", "ERROR_REASON_"
_PACKAGE = Path(__file__).parents[2] / "catalog"
_RAISING = ("domain", "application", "adapters")
_NO_METADATA = {"retry_after_seconds"}
"""What errors take beside metadata."""


def render() -> str:
    """Write the page. Raises KeyError for a reason that nobody can get or has no advice."""
    kinds = {kind.reason: kind for kind in _kinds(CatalogError) if "reason" in vars(kind)}
    kinds[CatalogError.reason] = CatalogError
    meanings = comments(described(_FILE))
    names = [value.name for value in described(_FILE).enum_type[0].value if value.number]
    reasons = [name.removeprefix(_PREFIX) for name in names]
    if set(kinds) != set(reasons):
        raise KeyError(f"{sorted(set(kinds) ^ set(reasons))}: in errors.proto or in the code only")
    said = {reason: meanings[_ENUM, _PREFIX + reason] for reason in reasons}
    keys = _metadata_keys(kinds)
    return fill(
        "errors",
        {
            "reasons": table(
                ("reason", "gRPC code", "what it says", "again?", "what the client does"),
                [_row(kinds[reason], said[reason]) for reason in reasons],
            ),
            "metadata": table(
                ("reason", "key"),
                [(code(reason), ", ".join(map(code, keys[reason]))) for reason in sorted(keys)],
            ),
            "messages": table(
                ("reason", "message"), [(code(reason), kinds[reason].message) for reason in reasons]
            ),
        },
    )


def _row(kind: type[CatalogError], comment: str) -> tuple[str, ...]:
    grpc_code = _grpc_code(kind)
    placed, _, meaning = comment.partition(": ")
    if placed != grpc_code:
        raise ValueError(f"{kind.reason}: {placed} in errors.proto, {grpc_code} in the code")
    return code(kind.reason), grpc_code, meaning.rstrip("."), _again(kind), ADVICE[kind.reason]


def _grpc_code(kind: type[CatalogError]) -> str:
    found = (STATUS_CODES[each] for each in kind.__mro__ if each in STATUS_CODES)
    return next((each.name for each in found), "INTERNAL")


def _again(kind: type[CatalogError]) -> str:
    if issubclass(kind, UnavailableError):
        return f"yes, after {kind.retry_after_seconds:g} s"
    if issubclass(kind, LimitExceededError):
        return "yes, after `RetryInfo`"
    return "yes" if _grpc_code(kind) == "DEADLINE_EXCEEDED" else "no"


def _metadata_keys(kinds: Mapping[str, type[CatalogError]]) -> Mapping[str, list[str]]:
    """Find the metadata of each reason where its error is raised."""
    reasons = {kind.__name__: reason for reason, kind in kinds.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for path in (path for part in _RAISING for path in (_PACKAGE / part).rglob("*.py")):
        for name, keys in _made(path):
            if name in reasons and keys:
                found[reasons[name]] |= keys
    return {reason: sorted(keys) for reason, keys in found.items()}


def _made(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Name what is called in a file, with the keywords given."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, {each.arg for each in node.keywords if each.arg} - _NO_METADATA


def _kinds(kind: type[CatalogError]) -> Iterator[type[CatalogError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)
