"""`catalog dev`: the local stack, its demo, and a hand on its pushes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.connection import (
    STACK_FILE,
    UserOption,
    required_user,
    server_or_default,
    stack_entry,
)
from catalog.cli.failures import INTERRUPTED, CliError, say
from catalog.cli.running import run_async

app = typer.Typer(help="The local stack: no account, no Docker, no root.", no_args_is_help=True)


@app.callback()
def _quietly() -> None:
    """The local stack: no account, no Docker, no root."""
    # We start processes beside a gRPC server; its fork handlers would only say that they skip.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")


def _port(variable: str) -> object:
    return typer.Option(min=0, max=65535, envvar=variable, help="0 takes a free port.")


@app.command("run")
def run(
    grpc_port: Annotated[int, _port("CATALOG_DEV_GRPC_PORT")] = 9000,
    http_port: Annotated[int, _port("CATALOG_DEV_HTTP_PORT")] = 8000,
    metrics_port: Annotated[int, _port("CATALOG_DEV_METRICS_PORT")] = 9090,
    gcs_port: Annotated[int, _port("CATALOG_DEV_GCS_PORT")] = 9199,
) -> None:
    """Run PostgreSQL, the emulator and the service until Ctrl-C.

    DATABASE_URL names another PostgreSQL; CATALOG_<SECTION>__<KEY> reach the service.
    """
    from catalog.devstack import stack  # noqa: PLC0415 - heavy, and --help must be quick
    from catalog.devstack.running import run_until_stopped  # noqa: PLC0415

    settings = stack.StackSettings(
        database_url=stack.database_url_from(os.environ),
        grpc_port=grpc_port,
        http_port=http_port,
        metrics_port=metrics_port,
        gcs_port=gcs_port,
        service=stack.service_settings_from(os.environ),
    )
    with _explained():
        run_async(run_until_stopped(settings, STACK_FILE, say))


@app.command("demo")
def demo(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A video; otherwise a sample is made.")
    ] = None,
) -> None:
    """Upload a file from the phone's side to `processing`, killed and resumed once."""
    from catalog.devstack.demo import DemoError, run_demo  # noqa: PLC0415 - heavy
    from catalog.devstack.foreground import StoppedError, in_foreground  # noqa: PLC0415

    try:
        with _explained():
            run_async(in_foreground(run_demo(file), lambda: say("stopping ...")))
    except DemoError as error:
        raise CliError(f"the demo failed: {error}") from None
    except StoppedError:
        raise CliError("the demo was interrupted", exit_code=INTERRUPTED) from None


@app.command("push")
def push(
    upload_id: Annotated[str, typer.Argument(metavar="UPLOAD_ID", show_default=False)],
    times: Annotated[int, typer.Option(min=1, max=1000, help="How often.")] = 1,
    server: Annotated[str, typer.Option(hidden=True)] = "",
    user_id: UserOption = "",
) -> None:
    """Send the finalize of an upload's object to a local stack, by hand."""
    from catalog.cli.dev_push import push_finalize  # noqa: PLC0415 - heavy

    gcs = _emulator()
    answers = run_async(
        push_finalize(gcs, server_or_default(server), required_user(user_id), upload_id, times)
    )
    for number, answer in enumerate(answers, 1):
        print(f"push {number}: {answer}")  # noqa: T201 - the command's answer
    refused = sum(answer != "204" for answer in answers)
    if refused:
        raise CliError(f"{refused} of {len(answers)} pushes were not taken")


def _emulator() -> str:
    gcs = stack_entry("gcs")
    if not gcs:
        raise CliError("no local stack runs here; start one with `make run`")
    return gcs


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what keeps a stack from starting into one line."""
    from catalog.devstack.ports import PortTakenError  # noqa: PLC0415 - heavy
    from catalog.devstack.postgres_binaries import ClusterError  # noqa: PLC0415
    from catalog.devstack.process import ServiceProcessError  # noqa: PLC0415
    from catalog.runtime.migrations import MigrationError  # noqa: PLC0415

    try:
        yield
    except (PortTakenError, ClusterError, ServiceProcessError, MigrationError) as error:
        raise CliError(str(error)) from None
    except OSError as error:
        what = f"{error.strerror or type(error).__name__} {error.filename or ''}"
        raise CliError(f"the stack cannot start: {what}") from None
