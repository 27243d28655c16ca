"""What a process shows of itself between calls: its loop, its pool, its keys and its workers."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from catalog.adapters.http.health import OK
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.limits import Places
from catalog.application.metrics import process, pushes, upkeep
from catalog.application.metrics.metric import Measures
from catalog.application.worker import rest

_BEAT_SECONDS = 0.5
_BEATS_KEPT = 10
_SHOWN_EVERY = 4

States = Callable[[], Mapping[str, str]]


@dataclass(slots=True)
class Pulse:
    """Beats twice a second and shows what it sees every other second."""

    measures: Measures
    store: PostgresStore
    workers: States
    components: Callable[[], Awaitable[Mapping[str, str]]]
    """Of this process's readiness; what it says of the database is shown."""
    levels_age: Callable[[], float]
    keys_fresh: Callable[[], float | None]
    places: Mapping[str, Places]
    """Of the limiters of this process, by their scope."""
    _late: deque[float] = field(default_factory=lambda: deque([0.0], maxlen=_BEATS_KEPT))

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until `stop` is set."""
        beats = 0
        while not stop.is_set():
            if beats % _SHOWN_EVERY == 0:
                self.show()
                database = (await self.components()).get("database")
                self.measures.set(process.DATABASE_UP, int(database == OK))
                self.measures.set(process.TASKS, len(asyncio.all_tasks()))
            beats += 1
            due = time.monotonic() + _BEAT_SECONDS
            await rest(stop, _BEAT_SECONDS)
            if not stop.is_set():
                self._late.append(time.monotonic() - due)

    def show(self) -> None:
        """Show everything once."""
        show, pool, lender = self.measures.set, self.store.pool, self.store.lender
        show(process.LOOP_LAG, max(0.0, *self._late))
        idle = pool.get_idle_size() + lender.free
        show(process.POOL_CONNECTIONS, pool.get_size() - idle, state="used")
        show(process.POOL_CONNECTIONS, idle, state="idle")
        show(process.POOL_WAITING, lender.waiting)
        for worker, state in self.workers().items():
            show(upkeep.WORKER_HEALTHY, int(state == OK), worker=worker)
        show(process.LEVELS_AGE, self.levels_age())
        for scope, places in self.places.items():
            show(process.LIMITER_ADMITTED, places.taken, scope=scope)
        if "rpc" in self.places:
            show(process.RPC_ACTIVE, self.places["rpc"].taken)
        fresh = self.keys_fresh()
        if fresh is not None:
            show(pushes.CERTIFICATES_FRESH, fresh)
