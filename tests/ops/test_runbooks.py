"""Runbooks can be followed: their commands exist, and so do the figures that they ask for."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from catalog.cli.main import build
from tests.ops.documented import documented
from tests.ops.operated import EXTERNAL, REPOSITORY, RUNBOOKS, queried, recorded_rules

PAGES = sorted(page for page in RUNBOOKS.glob("*.md") if page.stem != "README")
_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def _blocks(page: Path, kind: str) -> Iterator[str]:
    for found, text in _BLOCK.findall(page.read_text("utf-8")):
        if found == kind:
            yield text


def _commands(page: Path) -> Iterator[str]:
    """Every call of ours, in blocks and within sentences."""
    for block in _blocks(page, "console"):
        yield from (line.strip().removeprefix("$ ") for line in block.splitlines())
    yield from _INLINE.findall(_BLOCK.sub("", page.read_text("utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_means_and_what_to_do(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith(f"# {page.stem}\n\n")
    assert "\n**Impact:** " in text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Look", "Mend", "Verify"]
    assert len(text.splitlines()) < 80


def test_every_command_of_ours_exists_with_its_options() -> None:
    root = typer.main.get_command(build())
    tried = 0
    for page in PAGES:
        for command in _commands(page):
            if command.startswith("catalog "):
                _parse(root, shlex.split(command)[1:])
                tried += 1
    assert tried > 25


def _parse(root: object, words: list[str]) -> None:
    """Raise TyperException for what the command line would refuse."""
    found = root
    while isinstance(found, TyperGroup):
        name, *words = words
        found = found.commands[name]
    assert isinstance(found, TyperCommand)
    found.make_context(found.name, words)


def test_every_script_that_is_named_is_there() -> None:
    named = {
        word
        for page in PAGES
        for command in _commands(page)
        for word in command.split()
        if word.startswith(("scripts/", "deploy/", "docs/"))
    }
    assert len(named) > 1
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


def test_every_query_asks_for_figures_that_are_there() -> None:
    known = documented().keys() | recorded_rules().keys() | EXTERNAL.keys()
    asked = {
        (page.stem, name)
        for page in PAGES
        for text in [*_blocks(page, "promql"), *_commands(page)]
        for name in queried(text)
    }
    assert len(asked) > 40
    assert [each for each in asked if each[1] not in known] == []
