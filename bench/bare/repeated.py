"""Bare work, again and again, in this very process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.load.closed_loop import own_cpu
from bench.sample import latencies_of


@dataclass(slots=True)
class _Count:
    done: int = 0
    latencies: list[float] = field(default_factory=list)


async def repeated(
    work: Callable[[int], Awaitable[object]],
    *,
    at_once: int,
    count: int,
    seconds: float,
    warm_seconds: float,
) -> dict[str, object]:
    """Do `work(0)`, `work(1)`, ... so many at a time, until the time or the count is over."""
    counted, numbers, stop = _Count(), iter(range(count)), asyncio.Event()

    async def one() -> None:
        for number in numbers:
            began = time.perf_counter()
            await work(number)
            counted.latencies.append(time.perf_counter() - began)
            counted.done += 1
            if stop.is_set():
                return

    async with asyncio.TaskGroup() as tasks:
        working = {tasks.create_task(one()) for _ in range(at_once)}
        await asyncio.wait(working, timeout=warm_seconds)
        done, at, cpu = counted.done, time.perf_counter(), own_cpu()
        await asyncio.wait(working, timeout=seconds)
        told = {
            "operations": counted.done - done,
            "seconds": time.perf_counter() - at,
            "cpu_seconds": own_cpu() - cpu,
            "latencies": latencies_of(counted.latencies[done : counted.done]),
        }
        stop.set()
    return told


def repeated_at_once(
    work: Callable[[], object], *, seconds: float, weight: int = 1
) -> dict[str, object]:
    """Do blocking `work` until the time is over; `weight` is what one of it counts."""
    work()
    count, latencies = 0, []
    cpu, began = own_cpu(), time.perf_counter()
    now = began
    while now - began < seconds:
        work()
        before, now = now, time.perf_counter()
        latencies.append(now - before)
        count += weight
    return {
        "operations": count,
        "seconds": now - began,
        "cpu_seconds": own_cpu() - cpu,
        "latencies": latencies_of(latencies),
    }
