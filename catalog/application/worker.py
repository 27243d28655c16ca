"""What workers in the background have in common."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Protocol


class Journal(Protocol):
    """Where a worker says what people should know. Facts are safe to log; structlog's fits."""

    def info(self, event: str, **facts: object) -> object: ...  # noqa: D102 - as any logger
    def warning(self, event: str, **facts: object) -> object: ...  # noqa: D102


@dataclass(slots=True)
class WorkerHealth:
    """Whether a worker still gets its work done. Times are monotonic seconds."""

    patience_seconds: float
    """Without a success for so long it counts as stalled; so it does before its first one."""
    last_success: float | None = field(default=None, init=False)

    def succeeded(self, now: float) -> None:
        """Note a round that went well, whether there was anything to do or not."""
        self.last_success = now

    def healthy(self, now: float) -> bool:
        """True while the last success is recent enough."""
        return self.last_success is not None and now - self.last_success <= self.patience_seconds


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
