"""A relay as a process that can be killed or stopped: python -m tests.torture.relay_process.

Reads the database's address from the environment and appends what it publishes to the
file named as its argument. Prints a line whenever its shards change.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import uvloop

from catalog.application.records import OutboxRecord
from catalog.application.relay_outbox import RelayOutbox
from catalog.application.relay_policy import RelayPolicy
from tests.support.announcing import relay_sessions
from tests.torture.relay_story import Arrival

DSN = "RELAY_TEST_DSN"


@dataclass(frozen=True, slots=True)
class AppendingPublisher:
    """One write a batch, so that batches of several processes do not mix."""

    file: int

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        await asyncio.sleep(random.uniform(0, 0.01))
        now = time.time()
        os.write(self.file, "".join(Arrival.of(event, now).line() for event in events).encode())
        await asyncio.sleep(random.uniform(0, 0.01))


class Printed:
    """A journal on standard output."""

    def info(self, event: str, **facts: object) -> None:
        print(event, *(f"{name}={fact}" for name, fact in facts.items()), flush=True)  # noqa: T201

    warning = info


async def _main(file: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    opened = os.open(file, os.O_APPEND | os.O_WRONLY | os.O_CREAT)
    sessions = relay_sessions(os.environ[DSN])
    await RelayOutbox(sessions, AppendingPublisher(opened), RelayPolicy(), Printed()).run(stop)


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1]))
