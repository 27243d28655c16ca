"""`catalog dev`: the local stack, its demo, and a hand on its pushes."""

import json
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.connection import STACK_FILE, UserOption, required_user, server_or_default
from catalog.cli.failures import CliError, say
from catalog.cli.running import run_async

app = typer.Typer(help="The local stack: no account, no Docker, no root.", no_args_is_help=True)

Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")]


@app.command("run")
def run(
    grpc_port: Port = 9000,
    http_port: Port = 8000,
    gcs_port: Port = 9199,
) -> None:
    """Run PostgreSQL, the emulator and the service until Ctrl-C."""
    from catalog.devstack.running import run_until_stopped  # noqa: PLC0415 - heavy
    from catalog.devstack.stack import StackSettings, database_url_from  # noqa: PLC0415

    settings = StackSettings(
        database_url=database_url_from(),
        grpc_port=grpc_port,
        http_port=http_port,
        gcs_port=gcs_port,
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

    try:
        with _explained():
            run_async(run_demo(file))
    except DemoError as error:
        raise CliError(f"the demo failed: {error}") from None


@app.command("push")
def push(
    upload_id: Annotated[str, typer.Argument(metavar="UPLOAD_ID", show_default=False)],
    times: Annotated[int, typer.Option(min=1, max=1000, help="How often.")] = 1,
    server: Annotated[str, typer.Option(hidden=True)] = "",
    user_id: UserOption = "",
) -> None:
    """Send the finalize of an upload's object to a local stack, by hand."""
    from catalog.cli.dev_push import push_finalize  # noqa: PLC0415 - heavy

    gcs = _stack().get("gcs", "")
    statuses = run_async(
        push_finalize(gcs, server_or_default(server), required_user(user_id), upload_id, times)
    )
    for number, status in enumerate(statuses, 1):
        print(f"push {number}: {status}")  # noqa: T201 - the command's answer


def _stack() -> dict[str, str]:
    try:
        stack: dict[str, str] = json.loads(STACK_FILE.read_text("utf-8"))
    except (OSError, ValueError):
        raise CliError("no local stack runs here; start one with `make run`") from None
    return stack


class _explained:  # noqa: N801 - reads as what it does
    """Turns what keeps a stack from starting into one line."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        from catalog.devstack.postgres import ClusterError  # noqa: PLC0415
        from catalog.devstack.process import ServiceProcessError  # noqa: PLC0415
        from catalog.runtime.migrations import MigrationError  # noqa: PLC0415

        if isinstance(error, ClusterError | ServiceProcessError | MigrationError):
            raise CliError(str(error)) from None
        if isinstance(error, OSError):
            raise CliError(f"the stack cannot start: {error.strerror}") from None
