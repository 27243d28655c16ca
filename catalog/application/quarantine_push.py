"""Keeps an authenticated push that cannot be used, for people to look at and replay."""

from dataclasses import dataclass

from catalog.application.records import Quarantined
from catalog.application.store import Store


@dataclass(frozen=True, slots=True)
class QuarantinePush:
    """One statement; the same push again changes nothing."""

    store: Store

    async def __call__(self, push: Quarantined) -> bool:
        """Return False when the push was kept before."""
        async with self.store.autocommit() as statements:
            return await statements.inbox.quarantine(push)
