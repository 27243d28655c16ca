"""The second step of a sweep that may delete: the orphans that its walk noted."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.application.item_by_item import OnFault, each_by_itself
from catalog.application.object_removal import ObjectRemoval
from catalog.application.sweep_walk import SweepRun, Walk
from catalog.application.upkeep_records import SeenFinding
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.errors import StorageUnavailableError

_BATCH = 100
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class OrphanDeletion:
    """Each orphan by itself: a last look and its tombstone in one statement, then the delete rule.

    Its finding goes with the tombstone, so a repeat goes on with the next one
    and the deletion queue ends what was begun.
    """

    store: UpkeepStore
    removal: ObjectRemoval
    bucket: str
    on_fault: OnFault

    async def __call__(self, walk: Walk, run: SweepRun) -> bool:
        """Delete what this walk found; False when it ends before all is done."""
        last: SeenFinding | None = None
        while not run.must_stop():
            async with self.store.autocommit() as statements:
                if not await statements.sweeps.keep(walk.turn()):
                    walk.state = "lost"
                    return False
                found = await statements.findings.page(
                    "orphan",
                    behind=(last.finding.ref, last.finding.generation) if last else None,
                    limit=_BATCH,
                    bucket=self.bucket,
                    seen_since=walk.started_at,
                )
            if not found:
                return True
            await self._delete(found, walk, run)
            last = found[-1]
            walk.done_upto(walk.position)
        return False

    async def _delete(self, found: Sequence[SeenFinding], walk: Walk, run: SweepRun) -> None:
        tally = walk.tally

        async def settle(seen: SeenFinding) -> None:
            fate = await self._settle(seen)
            tally.skip("orphan", -1)
            if fate == "deleted":
                tally.add(fate)
            else:
                tally.skip(fate)

        async def left(_seen: SeenFinding, reason: str) -> None:
            tally.skip("orphan", -1)
            tally.skip(reason)

        await each_by_itself(
            found, settle, left, at_once=_AT_ONCE, stop=run.stop, on_fault=self.on_fault
        )

    async def _settle(self, seen: SeenFinding) -> str:
        finding = seen.finding
        async with self.store.autocommit() as statements:
            if not await statements.findings.bury_orphan(finding.ref, finding.generation):
                return "owned_by_now"
        try:
            gone = await self.removal.remove(finding.ref, finding.generation)
        except StorageUnavailableError:
            return "deletion_queued"
        return "deleted" if gone else "owned_by_now"
