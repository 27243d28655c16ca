"""`catalog serve`: the service as a process."""

import gc
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.config_option import ConfOption, loaded
from catalog.cli.failures import CliError

if TYPE_CHECKING:
    from catalog.runtime.service import Running


def serve(
    conf: ConfOption = None,
    endpoints_file: Annotated[
        Path | None,
        typer.Option(
            "--endpoints-file",
            metavar="FILE",
            help="Write the bound ports there, as JSON, once the service serves.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the gRPC service and the push endpoint until SIGTERM or Ctrl-C."""
    # A container's first process ignores SIGTERM unless it says what to do: until the service
    # minds it, there is nothing to finish.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    gc.disable()  # what is loaded now stays; the process has it enabled once it is up
    from catalog.runtime.process import run  # noqa: PLC0415 - heavy
    from catalog.runtime.starting import StartError  # noqa: PLC0415

    config = loaded(conf, serving=True)

    def announce(running: "Running") -> None:
        if endpoints_file is not None:
            _write(endpoints_file, running)

    try:
        code = run(config, announce)
    except StartError as error:
        raise CliError(str(error)) from None
    raise typer.Exit(code)


def _write(file: Path, running: "Running") -> None:
    """Replace the file in one step: whoever waits for it reads all of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(running.ports), "utf-8")
    fresh.replace(file)
