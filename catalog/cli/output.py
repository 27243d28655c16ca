"""Results on standard output: a small table for people, one JSON object for programs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import typer

from catalog.cli.printable import printable


def show(values: Mapping[str, object], *, as_json: bool) -> None:
    """Print the values, in their order. For people, empty ones are left out."""
    if as_json:
        typer.echo(json.dumps(values))
        return
    shown = {_label(name): _text(name, value) for name, value in values.items() if _is_said(value)}
    width = max(map(len, shown), default=0)
    for label, text in shown.items():
        typer.echo(f"{label:<{width}}  {text}")


def _is_said(value: object) -> bool:
    return value not in ("", 0) or value is False


def _label(name: str) -> str:
    return name.removesuffix("_unixms").replace("_", " ")


def _text(name: str, value: object) -> str:
    if name.endswith("_unixms") and isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value))
