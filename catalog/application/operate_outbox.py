"""What operators do about events: look, let them try again, or give them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.application.outbox_records import OutboxEntry, OutboxState
from catalog.application.store import Store

_BATCH = 500


class EventNotFoundError(Exception):
    """The outbox has no such event: it never had, or it was published and pruned."""

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"no such event: {event_id}")


class EventNotParkedError(Exception):
    """Only parked events are redriven or skipped; the message says what this one is."""

    def __init__(self, entry: OutboxEntry) -> None:
        super().__init__(f"event {entry.record.event_id} is {entry.state}, not parked")
        self.state = entry.state


@dataclass(frozen=True, slots=True)
class OperateOutbox:
    """All methods raise UnavailableError when the database does not answer."""

    store: Store

    async def page(
        self, state: OutboxState | None, after: int, limit: int
    ) -> Sequence[OutboxEntry]:
        """List events in the order they were announced, those with ids above `after`."""
        async with self.store.autocommit() as statements:
            return await statements.outbox.page(state, after, limit)

    async def unsettled(self, after: int, limit: int) -> Sequence[OutboxEntry]:
        """List those of them that are to be published still, parked ones among them."""
        async with self.store.autocommit() as statements:
            waiting = await statements.outbox.page("waiting", after, limit)
            parked = await statements.outbox.page("parked", after, limit)
        # One that is parked in between is in both.
        found = {entry.id: entry for entry in [*waiting, *parked]}
        return [found[number] for number in sorted(found)][:limit]

    async def show(self, event_id: UUID) -> OutboxEntry:
        """Load one event. Raises EventNotFoundError."""
        async with self.store.autocommit() as statements:
            found = await statements.outbox.get(event_id)
        if found is None:
            raise EventNotFoundError(event_id)
        return found

    async def redrive(self, event_id: UUID) -> OutboxEntry:
        """Let a parked event, and those it holds back, be delivered after all.

        Returns it as it is now. Raises EventNotFoundError or EventNotParkedError.
        """
        async with self.store.autocommit() as statements:
            done = await statements.outbox.redrive(event_id)
        return await self._after(event_id, done=done)

    async def redrive_all(self) -> int:
        """Do so for all that are parked, in batches; return for how many."""
        total = 0
        while True:
            async with self.store.autocommit() as statements:
                redriven = await statements.outbox.redrive_parked(_BATCH)
            total += redriven
            if redriven < _BATCH:
                return total

    async def skip(self, event_id: UUID) -> OutboxEntry:
        """Give a parked event up for ever: nobody is told of it, later ones of its aggregate flow.

        Returns it as it is now. Raises EventNotFoundError or EventNotParkedError.
        """
        async with self.store.autocommit() as statements:
            done = await statements.outbox.skip(event_id)
        return await self._after(event_id, done=done)

    async def _after(self, event_id: UUID, *, done: bool) -> OutboxEntry:
        entry = await self.show(event_id)
        if not done:
            raise EventNotParkedError(entry)
        return entry
