"""Works off the queue of deletions: tombstones whose objects are still there."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from catalog.application.item_by_item import OnFault, each_by_itself, unheard
from catalog.application.object_removal import ObjectRemoval
from catalog.application.tally import Tally
from catalog.application.told_upkeep import UNTOLD, UpkeepStory
from catalog.application.upkeep_records import DueDeletion
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.backoff import Backoff

_BACKOFF = Backoff(timedelta(seconds=5), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class DeletionPolicy:
    """How many deletions are taken together, and when failed ones are tried again."""

    lease: timedelta = timedelta(minutes=2)
    batch: int = 100
    at_once: int = 8
    backoff: Backoff = _BACKOFF
    stuck_after: int = 10
    """Failures from which on somebody should look. It is tried again all the same."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What came of a batch."""

    claimed: int
    tally: Tally
    """`deleted`, `kept` (completed after all), or skipped with the reason of the failure."""
    stuck: int
    """Of the failed ones, those that fail again and again."""


@dataclass(frozen=True, slots=True)
class DeleteObjects:
    """Several may run side by side. Nothing is ever given up."""

    store: UpkeepStore
    removal: ObjectRemoval
    policy: DeletionPolicy = DeletionPolicy()
    on_fault: OnFault = unheard
    story: UpkeepStory = UNTOLD
    chance: Callable[[], float] = random.random

    async def __call__(self, stop: asyncio.Event | None = None) -> Deleted:
        """Work off one batch of what is due, each by the delete rule.

        Raises UnavailableError when not even the batch can be chosen.
        """
        policy, tally, stuck = self.policy, Tally(), Tally()
        async with self.store.autocommit() as statements:
            due = await statements.deletion_queue.claim_due(policy.lease, policy.batch)

        async def remove(deletion: DueDeletion) -> None:
            gone = await self.removal.remove(deletion.ref, deletion.generation)
            outcome = "deleted" if gone else "kept"
            tally.add(outcome)
            self.story.deletion(deletion, outcome)

        async def put_back(deletion: DueDeletion, reason: str) -> None:
            tally.skip(reason)
            self.story.deletion(deletion, reason)
            if deletion.failures + 1 >= policy.stuck_after:
                stuck.add("stuck")
            await self._postpone(deletion, reason)

        await each_by_itself(
            due, remove, put_back, at_once=policy.at_once, stop=stop, on_fault=self.on_fault
        )
        return Deleted(len(due), tally, stuck["stuck"])

    async def _postpone(self, deletion: DueDeletion, reason: str) -> None:
        """Note the failure; where even that fails, the end of the lease brings it back."""
        wait = self.policy.backoff.after(deletion.failures + 1, self.chance())
        try:
            async with self.store.autocommit() as statements:
                await statements.deletion_queue.postpone(
                    deletion.ref, deletion.generation, wait, reason
                )
        except Exception as fault:  # noqa: BLE001 - the others go on
            self.on_fault(fault)
