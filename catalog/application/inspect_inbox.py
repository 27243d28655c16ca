"""Shows operators what the inbox keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.application.finalize_upload import UNKNOWN_OBJECT
from catalog.application.operations_records import InboxKey, KeptBody, KeptEvent
from catalog.application.operations_store import OperationsStatements, OperationsStore
from catalog.domain.upload import Effect

QUARANTINED = "quarantined"
REPLAYED = "replayed"
OUTCOMES = (
    *(Effect.COMPLETED, Effect.FAILED, Effect.REJECTED, Effect.TOMBSTONED),
    *(Effect.DUPLICATE, Effect.IGNORED),
    *(UNKNOWN_OBJECT, QUARANTINED, REPLAYED),
)
"""All that a row of the inbox can have come to."""


class EventNotKeptError(Exception):
    """The inbox has no such row: it never had, or it was pruned."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the inbox keeps nothing under {key}")


@dataclass(frozen=True, slots=True)
class InspectInbox:
    """Reads only. All methods raise UnavailableError when the database does not answer."""

    store: OperationsStore

    async def page(self, outcome: str | None, after: str | None, limit: int) -> Sequence[KeptEvent]:
        """List the newest rows, those that arrived before the row `after` if one is named.

        Raises EventNotKeptError when that row is gone.
        """
        async with self.store.autocommit() as statements:
            behind = (await kept(statements, after)).event if after else None
            return await statements.inbox_records.page(outcome, behind, limit)

    async def show(self, key: str) -> KeptBody:
        """Load one row with what was received. Raises EventNotKeptError."""
        async with self.store.autocommit() as statements:
            return await kept(statements, key)


async def kept(statements: OperationsStatements, key: str) -> KeptBody:
    """Load a row; raise EventNotKeptError when there is none."""
    found = await statements.inbox_records.get(InboxKey.parse(key))
    if found is None:
        raise EventNotKeptError(key)
    return found
