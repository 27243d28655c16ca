"""What only some scenarios need: started when the first of them asks."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Later(Generic[T]):
    """Started once, and ended with the stack that it is given."""

    start: Callable[[], AbstractAsyncContextManager[T]]
    stack: AsyncExitStack
    _started: T | None = None

    async def __call__(self) -> T:
        """Start it where that was not done yet. Not for two tasks at once."""
        if self._started is None:
            self._started = await self.stack.enter_async_context(self.start())
        return self._started
