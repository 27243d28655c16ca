"""Which shards a relay works on, so that several relays share them evenly."""

import random

from catalog.application.outbox_ports import RelaySession, RelaySessionLostError
from catalog.application.outbox_records import SHARDS, Standing
from catalog.application.relay_batches import Desk


def fair_share(relays: int) -> int:
    """How many shards one of so many relays takes at most; together they take all."""
    return -(-len(SHARDS) // max(1, relays))


class Holdings:
    """The shards of one session: worked on, or on their way to somebody else."""

    def __init__(self, session: RelaySession, desk: Desk) -> None:
        self._session = session
        self._desk = desk
        self._random = random.SystemRandom()
        self.active: frozenset[int] = frozenset()
        self._leaving: frozenset[int] = frozenset()

    async def balance(self, standing: Standing) -> None:
        """Take what is free up to our share, stop work on what is above it.

        Raises RelaySessionLostError when the locks are not those that we know of.
        """
        if standing.held != self.active | self._leaving:
            raise RelaySessionLostError("the session's locks have changed")
        spare = len(self.active) - fair_share(standing.relays)
        if spare > 0:
            self._leave(frozenset(self._random.sample(sorted(self.active), spare)))
        elif spare < 0:
            free = sorted(SHARDS - standing.taken)
            wanted = self._random.sample(free, min(len(free), -spare))
            if wanted:
                self.active |= await self._session.take(wanted)
        await self._give_back()

    def _leave(self, shards: frozenset[int]) -> None:
        self.active -= shards
        self._leaving |= shards
        self._desk.drop(lambda batch: batch.shard in shards)

    async def _give_back(self) -> None:
        """Unlock once nothing of the shard is on its way: the next relay finds all recorded."""
        idle = frozenset(shard for shard in self._leaving if not self._desk.has(shard))
        if idle:
            await self._session.give_back(idle)
            self._leaving -= idle
