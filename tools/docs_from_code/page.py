"""A page: its hand-written template, with what is generated in the places it names."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
_PLACE = re.compile(r"@@(\w+)@@")


def fill(template: str, parts: Mapping[str, str]) -> str:
    """Put the parts into a template; raise ValueError unless it has a place for each of them."""
    text = (_TEMPLATES / f"{template}.md.in").read_text("utf-8")
    places = set(_PLACE.findall(text))
    if places != set(parts):
        raise ValueError(f"{template}: {sorted(places ^ set(parts))} on one side only")
    return _PLACE.sub(lambda place: parts[place[1]].rstrip("\n"), text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table; a bar within a cell is escaped."""
    lines = [head, ["---"] * len(head), *([_cell(each) for each in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: str) -> str:
    """Show it as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
