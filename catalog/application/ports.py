"""What the use cases need of the outside world beside the database (see store.py).

Every port has a real and an in-memory implementation, and one contract suite
that runs on both.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from catalog.application.records import OutboxRecord, SignedStart
from catalog.application.upkeep_records import ObjectPage
from catalog.domain.events import Event
from catalog.domain.values import Generation, ObjectRef, StoredObject


class UrlSigner(Protocol):
    """Makes the URL with which a client opens a session."""

    async def signed_resumable_init_url(
        self, ref: ObjectRef, content_type: str, at: datetime
    ) -> SignedStart:
        """Sign a start valid from `at`. Raises SignerUnavailableError."""
        ...


class ObjectStore(Protocol):
    """The bucket. Both calls raise StorageUnavailableError when it does not answer in time."""

    async def stat(self, ref: ObjectRef) -> StoredObject | None:
        """Describe the live generation; None when there is none."""
        ...

    async def delete(self, ref: ObjectRef, generation: Generation) -> bool:
        """Delete exactly this generation; False when it was gone already."""
        ...


class ObjectListing(Protocol):
    """The bucket, page by page, in the order of names."""

    async def page(
        self,
        bucket: str,
        *,
        prefix: str,
        limit: int,
        after: str | None = None,
        upto: str | None = None,
    ) -> ObjectPage:
        """List at most `limit` (at most 1000) live objects behind `after`, `upto` included.

        Raises StorageUnavailableError when the bucket does not answer in time.
        """
        ...


class EventEncoder(Protocol):
    """Turns domain events into what the outbox keeps."""

    def encode(self, event: Event) -> OutboxRecord:
        """Encode for ever: consumers read old payloads too."""
        ...


class PublishError(Exception):
    """The events were not published, or nobody knows whether; they may be sent again.

    `reason` is a short word that is safe to log and keep; no message text of a
    library is ever in it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Publisher(Protocol):
    """The topic that events go to."""

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        """Publish events of ONE aggregate, in this order, under its id as ordering key.

        Returns once all are acknowledged. Raises PublishError, after its own
        deadline at the latest.
        """
        ...


class PushAuthenticator(Protocol):
    """Decides whether a push comes from our own subscription."""

    async def authenticate(self, authorization: str | None) -> None:
        """Judge an Authorization header's value.

        Raises PushUnauthenticatedError (401) or PushForbiddenError (403) for
        everything but a valid token of our subscription's service account, and
        PushUndecidedError (503) while the issuer's keys cannot be had.
        """
        ...


class Clock(Protocol):
    """The time outside the database."""

    def now(self) -> datetime:
        """Return the current time, aware, UTC."""
        ...
