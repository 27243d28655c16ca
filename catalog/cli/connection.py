"""Which service to call, and as whom: options, then the environment, then the local stack."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.failures import USAGE, CliError

DEFAULT_SERVER = "localhost:9000"
# Written by `make run`.
STACK_FILE = Path(".local/stack.json")

ServerOption = Annotated[
    str,
    typer.Option(
        "--server",
        envvar="CATALOG_SERVER",
        metavar="HOST:PORT",
        help="Catalog's gRPC address. Otherwise the local stack's, otherwise localhost:9000.",
        show_default=False,
    ),
]
UserOption = Annotated[
    str,
    typer.Option(
        "--user-id",
        envvar="CATALOG_USER_ID",
        metavar="UUID",
        help="The user to act for.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as one JSON object and nothing else.")
]


def server_or_default(server: str) -> str:
    """The address given, or that of a local stack started in this directory, or the default."""
    return server or stack_entry("grpc") or DEFAULT_SERVER


def required_user(user_id: str) -> str:
    """The user given; a usage error that says how to give one otherwise."""
    if not user_id:
        raise CliError("who are you? give --user-id UUID or set CATALOG_USER_ID", exit_code=USAGE)
    return user_id


def state_directory() -> Path:
    """Where unfinished uploads are remembered: $XDG_STATE_HOME/catalog/uploads."""
    home = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification: a relative path is to be ignored.
    root = Path(home) if home and Path(home).is_absolute() else Path.home() / ".local" / "state"
    return root / "catalog" / "uploads"


def stack_entry(name: str) -> str:
    """What a local stack started in this directory says of itself; empty without one."""
    try:
        stack = json.loads(STACK_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    entry = stack.get(name, "") if isinstance(stack, dict) else ""
    return entry if isinstance(entry, str) else ""
