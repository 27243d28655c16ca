"""What a process shows of itself between calls."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.limits import Places
from catalog.application.metrics import process, pushes, upkeep
from catalog.runtime.pulse import Pulse
from tests.support.waiting import until


@dataclass
class Pool:
    size: int = 5
    idle: int = 2

    def get_size(self) -> int:
        return self.size

    def get_idle_size(self) -> int:
        return self.idle


@dataclass
class Lender:
    waiting: int = 4
    free: int = 1


@dataclass
class Store:
    pool: Pool = field(default_factory=Pool)
    lender: Lender = field(default_factory=Lender)


@dataclass
class Scene:
    """What there is to see."""

    measures: MemoryMeasures = field(default_factory=MemoryMeasures)
    store: Any = field(default_factory=Store)
    workers: dict[str, str] = field(default_factory=lambda: {"outbox": "ok", "reaper": "stalled"})
    components: dict[str, str] = field(default_factory=lambda: {"database": "ok"})
    places: dict[str, Places] = field(default_factory=dict)

    def pulse(self, keys_fresh: Callable[[], float | None] = lambda: None) -> Pulse:
        async def components() -> Mapping[str, str]:
            return self.components

        return Pulse(
            measures=self.measures,
            store=self.store,
            workers=lambda: self.workers,
            components=components,
            levels_age=lambda: 7.5,
            keys_fresh=keys_fresh,
            places=self.places,
        )


def test_pool_workers_and_levels_show() -> None:
    scene = Scene()
    scene.pulse().show()
    level = scene.measures.level
    states = [level(process.POOL_CONNECTIONS, state=each) for each in ("used", "idle")]
    assert states == [2, 3]
    assert level(process.POOL_WAITING) == 4
    workers = [level(upkeep.WORKER_HEALTHY, worker=each) for each in ("outbox", "reaper")]
    assert workers == [1, 0]
    assert level(process.LEVELS_AGE) == 7.5


def test_places_that_are_held_show_for_each_limiter_and_a_process_without_shows_none() -> None:
    scene = Scene()
    scene.pulse().show()
    assert scene.measures.level(process.RPC_ACTIVE) is None
    scene.places = {"rpc": Places(9), "callback": Places(9)}
    assert all(scene.places["rpc"].take() for _ in range(3))
    scene.pulse().show()
    assert scene.measures.level(process.RPC_ACTIVE) == 3
    scopes = ("rpc", "callback")
    admitted = [scene.measures.level(process.LIMITER_ADMITTED, scope=each) for each in scopes]
    assert admitted == [3, 0]


def test_keys_show_once_there_are_some() -> None:
    scene = Scene()
    scene.pulse().show()
    assert scene.measures.level(pushes.CERTIFICATES_FRESH) is None
    scene.pulse(lambda: -3.0).show()
    assert scene.measures.level(pushes.CERTIFICATES_FRESH) == -3


async def test_tasks_of_the_loop_are_counted() -> None:
    scene, stop = Scene(), asyncio.Event()
    others = [asyncio.create_task(asyncio.sleep(60)) for _ in range(5)]
    running = asyncio.create_task(scene.pulse().run(stop))
    await until(lambda: scene.measures.level(process.TASKS) == len(asyncio.all_tasks()))
    assert len(asyncio.all_tasks()) > len(others)
    for task in others:
        task.cancel()
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_a_loop_that_was_held_up_shows_by_how_much_and_the_database_as_it_is() -> None:
    scene, stop = Scene(components={"readiness": "timeout"}), asyncio.Event()
    running = asyncio.create_task(scene.pulse().run(stop))
    await until(lambda: scene.measures.level(process.DATABASE_UP) == 0)
    time.sleep(0.9)  # noqa: ASYNC251 - somebody holds the loop up
    scene.components = {"database": "ok"}
    await until(lambda: scene.measures.level(process.DATABASE_UP) == 1)
    stop.set()
    await asyncio.wait_for(running, 5)
    lag = scene.measures.level(process.LOOP_LAG)
    assert lag is not None
    assert 0.3 < lag < 5
