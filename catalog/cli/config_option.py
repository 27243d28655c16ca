"""Reading the service's settings on behalf of a command."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.failures import USAGE, CliError, say

if TYPE_CHECKING:
    from catalog.runtime.config import Config

ConfOption = Annotated[
    Path | None,
    typer.Option(
        "--conf",
        metavar="FILE",
        help="Settings file; the environment wins over it.",
        show_default=False,
    ),
]


def loaded(
    conf: Path | None,
    *,
    serving: bool,
    beneath: Mapping[str, Mapping[str, object]] | None = None,
) -> "Config":
    """Load and check the settings; name every problem on a line of its own, exit code 2.

    `beneath` has values, section by section, for what neither file nor environment says.
    """
    from catalog.runtime.config import (  # noqa: PLC0415 - heavy, and --help must be quick
        ConfigError,
        load,
    )

    try:
        config = load(conf, serving=serving, beneath=beneath)
    except ConfigError as error:
        for problem in error.problems:
            say(f"catalog: {problem}")
        raise CliError(
            f"{len(error.problems)} setting(s) to mend; see configs/config.yaml", exit_code=USAGE
        ) from None
    return config
