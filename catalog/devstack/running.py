"""A stack in the foreground: it says where it answers and ends with Ctrl-C."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from catalog.devstack.foreground import StoppedError, in_foreground
from catalog.devstack.process import ServiceProcessError
from catalog.devstack.stack import LocalStack, StackSettings, local_stack

Say = Callable[[str], None]


async def run_until_stopped(settings: StackSettings, stack_file: Path, say: Say) -> None:
    """Run until told to stop, at any moment; `stack_file` is there while the stack serves.

    Raises what `local_stack` raises, and ServiceProcessError when the service ends by itself.
    """
    with contextlib.suppress(StoppedError):
        await in_foreground(_run(settings, stack_file, say), lambda: say("stopping ..."))


async def _run(settings: StackSettings, stack_file: Path, say: Say) -> None:
    async with local_stack(settings, lambda step: say(f"{step} ...")) as stack:
        try:
            stack.endpoints.write(stack_file)
            _announce(stack, stack_file, say)
            code = await stack.service.process.wait()
        finally:
            stack.endpoints.remove(stack_file)
        raise ServiceProcessError(f"the service ended by itself ({code})")


def _announce(stack: LocalStack, stack_file: Path, say: Say) -> None:
    say("")
    for name, value in stack.endpoints.shown().items():
        say(f"  {name:<10} {value}")
    say(f"  (all of it, with the database's address, in {stack_file})")
    say("")
    say("Upload something:")
    say("  export CATALOG_USER_ID=$(python3 -c 'import uuid; print(uuid.uuid4())')")
    say(f"  {_command()} upload FILE --watch")
    say("")
    say("Ctrl-C ends the stack and forgets what it stored.")


def _command() -> str:
    """How this very command was called, as seen from here."""
    program = Path(sys.argv[0]).absolute()
    if program.name != "catalog":
        return "catalog"
    here = Path.cwd()
    return str(program.relative_to(here) if program.is_relative_to(here) else program)
