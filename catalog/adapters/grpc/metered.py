"""How much of its thread's time a coroutine takes, step by step."""

import types
from collections.abc import Coroutine, Generator
from time import thread_time
from typing import Any, TypeVar

from catalog.application.limits import WorkBudget

Result = TypeVar("Result")


@types.coroutine
def metered(
    coroutine: Coroutine[Any, Any, Result], budget: WorkBudget
) -> Generator[Any, Any, Result]:
    """Run it as `await` would, and take its steps, not its waiting, off the budget.

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
            budget.spend(thread_time() - began)
        try:
            yield waits_for
            cut = None
        except BaseException as thrown:  # noqa: BLE001 - handed on: it is the coroutine's to take
            cut = thrown
