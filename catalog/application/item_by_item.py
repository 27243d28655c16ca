"""Working through many things so that one's trouble is not its neighbours'."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from catalog.domain.errors import CatalogError, UnavailableError

T = TypeVar("T")

OnFault = Callable[[BaseException], None]
"""Told of faults that nobody foresaw; their texts may hold secrets."""


def unheard(_fault: BaseException) -> None:
    """Let faults pass: they are counted all the same."""


def reason_of(fault: BaseException) -> str:
    """Name a fault in a short word that is safe to keep."""
    return fault.reason if isinstance(fault, CatalogError) else type(fault).__name__


async def each_by_itself(
    items: Sequence[T],
    work: Callable[[T], Awaitable[None]],
    failed: Callable[[T, str], Awaitable[None]],
    *,
    at_once: int,
    stop: asyncio.Event | None = None,
    on_fault: OnFault = unheard,
) -> None:
    """Do `work` for every item, `at_once` at a time, until `stop` is set.

    An exception concerns its item alone: `failed` is told with a short reason,
    and `on_fault` unless it was a passing fault.
    """
    waiting = iter(items)

    async def run() -> None:
        for item in waiting:
            if stop is not None and stop.is_set():
                return
            try:
                await work(item)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on
                if not isinstance(fault, UnavailableError):
                    on_fault(fault)
                await failed(item, reason_of(fault))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(min(at_once, len(items))):
            tasks.create_task(run())
