"""The outbox as relays and operators see it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from catalog.application.outbox_records import (
    OutboxEntry,
    OutboxState,
    PrunedPage,
    QueuedEvent,
    Setback,
    Standing,
)


class RelaySessionLostError(Exception):
    """The session is gone or does not answer: with it went every lock it held."""


class RelaySession(Protocol):
    """One connection. Its locks say which shards are ours, and live no longer than it does.

    Every method raises RelaySessionLostError, at the latest after its own deadline.
    """

    def certain(self) -> bool:
        """True while the locks are held beyond doubt, by the time of the last answer.

        False does not mean that they are lost: ask the server.
        """
        ...

    async def standing(self) -> Standing:
        """Say that we live, and look around."""
        ...

    async def take(self, shards: Collection[int]) -> frozenset[int]:
        """Lock those that are free; return which."""
        ...

    async def give_back(self, shards: Collection[int]) -> frozenset[int]:
        """Unlock; return which were held."""
        ...

    async def choose(
        self, marks: Mapping[int, int], busy: Collection[UUID], per_shard: int
    ) -> Sequence[QueuedEvent]:
        """Find events to publish with ids above their shard's mark, lowest ids first.

        An event stays behind while any earlier one of its aggregate is parked, waits
        for its time, or is unpublished at or below the mark; and while its aggregate
        is `busy`. At most `per_shard` events of each shard.
        """
        ...

    async def mark_published(self, ids: Sequence[int]) -> None:
        """Record that the topic has them."""
        ...

    async def postpone(self, setbacks: Sequence[Setback]) -> None:
        """Record failures; events that an operator has moved on meanwhile stay as they are."""
        ...


class RelaySessions(Protocol):
    """Where sessions come from."""

    def open(self) -> AbstractAsyncContextManager[RelaySession]:
        """Open a session and be counted among the relays; leaving gives all locks back.

        Raises RelaySessionLostError when there is none to be had now.
        """
        ...


class Outbox(Protocol):
    """All events that were ever announced, one named statement a method."""

    async def page(
        self, state: OutboxState | None, behind: int, limit: int
    ) -> Sequence[OutboxEntry]:
        """List events with ids above `behind`, lowest first."""
        ...

    async def get(self, event_id: UUID) -> OutboxEntry | None:
        """Load one event."""
        ...

    async def redrive(self, event_id: UUID) -> bool:
        """Let a parked event wait for delivery again, attempts 0; False when it is not parked."""
        ...

    async def redrive_parked(self, limit: int) -> int:
        """Do so for the parked events with the lowest ids; return for how many."""
        ...

    async def skip(self, event_id: UUID) -> bool:
        """Give a parked event up, so that later ones of its aggregate flow; False as above."""
        ...

    async def prune(self, behind: int, limit: int, keep: timedelta) -> PrunedPage:
        """Look at rows with ids above `behind` and delete those published longer ago."""
        ...
