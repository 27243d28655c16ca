"""How much of its thread's time a coroutine takes, step by step."""

import types
from collections.abc import Awaitable, Coroutine, Generator
from time import thread_time
from typing import Any, TypeVar

from catalog.application.limits import WorkBudget

Result = TypeVar("Result")
ONE_IN = 8
"""Few enough that timing costs little, and so many that a flood is seen within milliseconds."""


class Meter:
    """Times some calls of one method for all of them, the first one among them.

    A step's time takes two system calls: timing every call made a new upload 5 % dearer.
    """

    def __init__(self, budget: WorkBudget, one_in: int = ONE_IN) -> None:
        self._budget = budget
        self._one_in = one_in
        self._untimed = 0

    def around(self, coroutine: Coroutine[Any, Any, Result]) -> Awaitable[Result]:
        """Return what to await in its place: itself, where it is not timed."""
        if not self._budget.share:
            return coroutine
        if self._untimed:
            self._untimed -= 1
            return coroutine
        self._untimed = self._one_in - 1
        return metered(coroutine, self._budget, self._one_in)


@types.coroutine
def metered(
    coroutine: Coroutine[Any, Any, Result], budget: WorkBudget, times: int = 1
) -> Generator[Any, Any, Result]:
    """Run it as `await` would, and take its steps, not its waiting, off the budget `times` over.

    CPU time, though it costs a system call: by the clock, a flood that takes the cores
    would make the same work dearer, and less of it would be let in.
    """
    cut: BaseException | None = None
    while True:
        began = thread_time()
        try:
            waits_for = coroutine.send(None) if cut is None else coroutine.throw(cut)
        except StopIteration as end:
            result: Result = end.value
            return result
        finally:
            budget.spend(thread_time() - began, times)
        try:
            yield waits_for
            cut = None
        except BaseException as thrown:  # noqa: BLE001 - handed on: it is the coroutine's to take
            cut = thrown
