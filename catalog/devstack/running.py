"""A stack in the foreground: it says where it answers and ends with Ctrl-C."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from catalog.devstack.process import ServiceProcessError
from catalog.devstack.stack import LocalStack, StackSettings, local_stack

_HINT = """
Upload something:
  export CATALOG_USER_ID=$(python3 -c 'import uuid; print(uuid.uuid4())')
  .venv/bin/catalog upload FILE --watch

Ctrl-C ends the stack and forgets what it stored."""


async def run_until_stopped(
    settings: StackSettings, stack_file: Path, say: Callable[[str], None]
) -> None:
    """Run until SIGINT or SIGTERM; raises ServiceProcessError when the service ends by itself."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    try:
        async with local_stack(settings, lambda step: say(f"{step} ...")) as stack:
            stack.endpoints.write(stack_file)
            _announce(stack, stack_file, say)
            await _wait(stack, stop)
            say("stopping ...")
    finally:
        stack_file.unlink(missing_ok=True)


def _announce(stack: LocalStack, stack_file: Path, say: Callable[[str], None]) -> None:
    say("")
    for name, value in stack.endpoints.shown().items():
        say(f"  {name:<10} {value}")
    say(f"  (all of it, with the database's address, in {stack_file})")
    for line in _HINT.splitlines():
        say(line)


async def _wait(stack: LocalStack, stop: asyncio.Event) -> None:
    ended = asyncio.create_task(stack.service.process.wait())
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not stop.is_set():
            raise ServiceProcessError(f"the service ended by itself ({ended.result()})")
    finally:
        ended.cancel()
        stopped.cancel()
