"""How a command ends when it cannot do what was asked: one line, one exit code, no traceback."""

import os
import sys
import traceback

from catalog.cli.printable import printable

FAILED = 1
USAGE = 2
INTERRUPTED = 130


class CliError(Exception):
    """A failure the command line itself finds; the message is one line for people."""

    def __init__(self, message: str, *, exit_code: int = FAILED) -> None:
        super().__init__(" ".join(message.split()))
        self.exit_code = exit_code


def say(line: str) -> None:
    """Write one line to standard error, stripped of control characters."""
    sys.stderr.write(f"{printable(line)}\n")


def report(error: Exception) -> int:
    """Say what went wrong and return the exit code.

    Only messages made for people are shown: those of other errors may hold secrets, so they
    are named by their type alone. CATALOG_DEBUG=1 asks for the traceback all the same.
    """
    from catalog.client.errors import ClientError, InvalidUsageError  # noqa: PLC0415 - heavy

    if os.environ.get("CATALOG_DEBUG") == "1":
        traceback.print_exception(error)
    if isinstance(error, CliError):
        say(f"catalog: {error}")
        return error.exit_code
    if isinstance(error, ClientError):
        say(f"catalog: {error}")
        return USAGE if isinstance(error, InvalidUsageError) else FAILED
    say(
        f"catalog: unexpected {type(error).__name__}; this is a fault of the program, "
        "set CATALOG_DEBUG=1 to see where"
    )
    return FAILED
