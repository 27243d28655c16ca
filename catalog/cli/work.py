"""`catalog work`: the work in the background as a process."""

import gc
import signal
import sys
from typing import Annotated

import typer

from catalog.cli.config_option import ConfOption, loaded
from catalog.cli.failures import USAGE, CliError


def work(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORKER]...", help="Which; all unless named.", show_default=False),
    ] = None,
    conf: ConfOption = None,
) -> None:
    """Publish events and do all other work in the background until SIGTERM or Ctrl-C.

    Any number of such processes share the work, beside servers that do it too.
    """
    # A container's first process ignores SIGTERM unless it says what to do: until the workers
    # mind it, there is nothing to finish.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    gc.disable()  # what is loaded now stays; the process has it enabled once it is up
    from catalog.runtime.process import run_worker_process  # noqa: PLC0415 - heavy
    from catalog.runtime.starting import StartError  # noqa: PLC0415
    from catalog.runtime.workers import BUILDERS  # noqa: PLC0415

    chosen = tuple(dict.fromkeys(names or BUILDERS))
    if unknown := sorted(set(chosen) - set(BUILDERS)):
        known = ", ".join(BUILDERS)
        raise CliError(f"no such worker: {', '.join(unknown)} (there are {known})", exit_code=USAGE)
    config = loaded(conf, serving=False)
    try:
        code = run_worker_process(config, chosen)
    except StartError as error:
        raise CliError(str(error)) from None
    raise typer.Exit(code)
