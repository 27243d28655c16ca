"""Running a decision again when the world changed under it, a bounded number of times."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError

T = TypeVar("T")

ATTEMPTS = 5


async def decide_again(attempt: Callable[[], Awaitable[T]]) -> T:
    """Run `attempt`, a whole transaction, until it meets no concurrent change.

    Raises ContentionError after five tries: the caller may come back later.
    """
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except ConcurrentChangeError:
            continue
    raise ContentionError
