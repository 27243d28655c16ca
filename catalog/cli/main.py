"""The `catalog` command: one sub-command or group a module, registered here."""

import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from catalog.cli import (
    cancel,
    dev,
    gc,
    get,
    inbox,
    migrate,
    outbox,
    serve,
    trace,
    upload,
    uploads_forget,
    uploads_list,
    video,
    work,
)
from catalog.cli.failures import FAILED, INTERRUPTED, report, say


def build() -> typer.Typer:
    """The whole command. Modules named here must be quick to import."""
    app = typer.Typer(
        name="catalog",
        help="Upload videos to Catalog and see what became of them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    app.command("upload")(upload.upload)
    app.command("get")(get.get)
    app.command("list")(uploads_list.list_uploads)
    app.command("cancel")(cancel.cancel)
    app.add_typer(video.app, name="video")
    app.command("serve")(serve.serve)
    app.command("work")(work.work)
    app.command("migrate")(migrate.migrate)
    app.command("trace")(trace.trace)
    app.add_typer(inbox.app, name="inbox")
    app.add_typer(outbox.app, name="outbox")
    app.add_typer(gc.app, name="gc")
    app.add_typer(uploads_forget.app, name="uploads")
    app.add_typer(dev.app, name="dev")
    return app


def run() -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 bad usage, 130 interrupted."""
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        answer = build()(standalone_mode=False)
    except typer.TyperException as error:
        # Without a message the help has just been shown.
        if error.format_message():
            say(f"catalog: {error.format_message()} (catalog --help tells more)")
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        say("catalog: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last place that can spare people a traceback
        return report(error)
    return answer if isinstance(answer, int) else 0


def _show_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        typer.echo(f"catalog {installed_version('catalog')}")
    except PackageNotFoundError:
        typer.echo("catalog, from a source tree")
    raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and end.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Options of the command as a whole; each does its work in its callback."""


if __name__ == "__main__":
    run()
