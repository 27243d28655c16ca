"""The database as operators see it: further repositories whose methods are one statement each.

They raise as those of store.py do.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from catalog.application.operations_records import (
    AnnouncedEvent,
    BuriedObject,
    HistoryLine,
    InboxKey,
    KeptBody,
    KeptEvent,
)
from catalog.application.store import Statements
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef, UploadId


class Stories(Protocol):
    """Everything that is kept of one upload. Lists are the newest `limit`, oldest first."""

    async def upload(self, upload_id: UploadId) -> Upload | None:
        """Load an upload, whoever owns it, without locking it."""
        ...

    async def history(self, upload_id: UploadId, limit: int) -> Sequence[HistoryLine]:
        """List its history."""
        ...

    async def pushes(
        self, ref: ObjectRef, generations: Sequence[Generation], limit: int
    ) -> Sequence[KeptEvent]:
        """List storage events of these generations, and those of the object nobody expected."""
        ...

    async def events(
        self, aggregates: Sequence[UUID], times: Sequence[datetime], limit: int
    ) -> Sequence[AnnouncedEvent]:
        """List events of the aggregates: all unpublished ones, published ones by their times."""
        ...

    async def deletions(self, ref: ObjectRef, limit: int) -> Sequence[BuriedObject]:
        """List the object's tombstones."""
        ...


class InboxRecords(Protocol):
    """The inbox for people."""

    async def page(
        self, outcome: str | None, behind: KeptEvent | None, limit: int
    ) -> Sequence[KeptEvent]:
        """List rows that arrived before `behind`, newest first."""
        ...

    async def get(self, key: InboxKey) -> KeptBody | None:
        """Load one row with its payload."""
        ...

    async def quarantined(self, behind: KeptEvent | None, limit: int) -> Sequence[KeptEvent]:
        """List quarantined pushes that arrived after `behind`, oldest first."""
        ...

    async def mark_replayed(self, key: InboxKey, result: str) -> bool:
        """Settle a quarantined push, adding `result` to its reason; False when it is no more so."""
        ...

    async def mark_unusable(self, key: InboxKey, reason: str) -> bool:
        """Write why a quarantined push still cannot be used; False when it is settled by now."""
        ...


class OperationsStatements(Statements, Protocol):
    """Everything one connection can do for operators."""

    @property
    def stories(self) -> Stories: ...  # noqa: D102 - the types say it
    @property
    def inbox_records(self) -> InboxRecords: ...  # noqa: D102


class OperationsStore(Protocol):
    """The Store with the repositories of operators."""

    def autocommit(self) -> AbstractAsyncContextManager[OperationsStatements]:
        """Lend a connection; each statement is its own transaction."""
        ...
