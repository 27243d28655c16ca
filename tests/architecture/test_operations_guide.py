"""docs/operations.md: what an on-call engineer types from it exists."""

import re
import shlex
from collections.abc import Iterator

from typer.main import get_command

from catalog.adapters.http.push_reasons import Reason
from catalog.cli.main import build
from catalog.runtime.config import Config
from tests.architecture.source import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "operations.md").read_text()
OPERATORS = ("trace", "inbox", "outbox", "gc", "uploads", "serve", "work", "migrate")
SECTIONS = "|".join(Config.model_fields)
SPANS = {("gcs", "callback"), ("outbox", "publish")}
"""Look like settings."""


def typed() -> list[str]:
    """Every command line of the page's consoles that runs `catalog`."""
    lines = re.findall(r"^\$ (.*)", GUIDE, re.MULTILINE)
    parts = [part.strip() for line in lines for part in re.split(r"&&|;|\|", line)]
    return [part for part in parts if re.search(r"(?:^|\s)catalog\s", f"{part} ")]


def words(line: str) -> list[str]:
    found = shlex.split(line)
    return found[found.index("catalog") + 1 :]


def leaves(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", None)
    if not below:
        yield path
    for name, each in (below or {}).items():
        yield from leaves(each, (*path, name))


def test_every_command_line_is_one_that_the_command_takes() -> None:
    lines = typed()
    assert len(lines) > 15
    assert [line for line in lines if not _taken(words(line))] == []


def test_every_command_of_operators_is_shown_or_named() -> None:
    wanted = [path for path in leaves(get_command(build())) if path[0] in OPERATORS]
    assert len(wanted) > 10
    missing = [path for path in wanted if f"### catalog {path[0]}" not in GUIDE]
    assert [path for path in missing if f"`catalog {path[0]}`" not in GUIDE] == []
    of_groups = [path for path in wanted if len(path) == 2]
    assert [path for path in of_groups if not _named(*path)] == []


def test_every_setting_that_is_named_exists() -> None:
    named = set(re.findall(rf"`({SECTIONS})\.([a-z_]+)`", GUIDE))
    assert len(named) > 20
    known = {
        (section, key)
        for section, field in Config.model_fields.items()
        for key in getattr(field.annotation, "model_fields", {})
    }
    assert sorted(named - known - SPANS) == []


def test_reasons_of_quarantine_are_those_that_are_kept() -> None:
    assert Reason.FOREIGN_BUCKET.value in GUIDE


def _taken(rest: list[str]) -> bool:
    """The command is there, and has the options."""
    command: object = get_command(build())
    while below := getattr(command, "commands", None):
        if rest[0] not in below:
            return False
        command = below[rest.pop(0)]
    options = {name for each in getattr(command, "params", []) for name in each.opts}
    return {word for word in rest if word.startswith("--")} <= options


def _named(group: str, name: str) -> bool:
    return f"catalog {group} {name}" in GUIDE or f"`{name}`" in GUIDE
