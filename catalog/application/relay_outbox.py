"""Brings what the outbox holds to the topic: at least once, in order within an aggregate."""

import asyncio
import random

from catalog.application.metrics.metric import Measures, NoMeasures
from catalog.application.outbox_ports import RelaySession, RelaySessionLostError, RelaySessions
from catalog.application.ports import Publisher
from catalog.application.relay_figures import RelayFigures
from catalog.application.relay_policy import RelayPolicy
from catalog.application.relay_shift import Shift
from catalog.application.worker import Journal, WorkerHealth, rest

_HEARTBEATS_MISSED = 10


class RelayOutbox:
    """One relay; any number of them share the work."""

    name = "outbox"

    def __init__(
        self,
        sessions: RelaySessions,
        publisher: Publisher,
        policy: RelayPolicy,
        journal: Journal,
        measures: Measures | None = None,
    ) -> None:
        self._sessions = sessions
        self._publisher = publisher
        self._policy = policy
        self._journal = journal
        self._figures = RelayFigures(measures or NoMeasures())
        self.health = WorkerHealth(policy.heartbeat * _HEARTBEATS_MISSED)

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set; a session that is lost is replaced after a pause.

        Raises what is not a passing fault, such as an address that cannot hold locks.
        """
        lost = 0
        while not stop.is_set():
            before = self.health.last_success
            await self._shift(stop)
            lost = lost + 1 if self.health.last_success == before else 1
            await rest(stop, self._pause(lost))

    async def _shift(self, stop: asyncio.Event) -> None:
        self._figures.begun()
        try:
            async with self._sessions.open() as session:
                await self._shift_over(session).work(stop)
        except* RelaySessionLostError:
            self._figures.session_lost(self.name)
            self._journal.warning("relay_session_lost")
        finally:
            self._figures.shards(0)

    def _shift_over(self, session: RelaySession) -> Shift:
        return Shift(
            session,
            self._publisher,
            self._policy,
            health=self.health,
            journal=self._journal,
            figures=self._figures,
        )

    def _pause(self, lost: int) -> float:
        bound = min(self._policy.reconnect_max, self._policy.reconnect * 2.0 ** min(lost - 1, 10))
        return random.SystemRandom().uniform(bound / 4, bound)
