"""How long what is over is kept."""

from dataclasses import dataclass
from datetime import timedelta

LEAST_INBOX_DAYS = 31
"""Pub/Sub keeps a message for at most 31 days, so its repeats end by then
(Pub/Sub, pubsub-discovery)."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Times from the end of a thing to its removal. Completed uploads are kept for ever."""

    inbox: timedelta
    """From receipt: a storage event that is forgotten may be judged a second time."""
    quarantine: timedelta
    history: timedelta
    failed_uploads: timedelta
    """From the last change."""
    session_margin: timedelta
    """Beside that, from the session deadline: bytes may arrive until then."""
    tombstones: timedelta
    """From the deletion, and never before the upload's own row goes."""

    def __post_init__(self) -> None:
        """Refuse to forget what may still be repeated. Raises ValueError."""
        least = timedelta(days=LEAST_INBOX_DAYS)
        if min(self.inbox, self.quarantine) < least:
            raise ValueError(f"storage events must be kept for {LEAST_INBOX_DAYS} days or longer")

    @property
    def tombstones_last(self) -> timedelta:
        """How long tombstones are kept really: no kept push may outlive the word on its object."""
        return max(self.tombstones, self.inbox, self.quarantine)
