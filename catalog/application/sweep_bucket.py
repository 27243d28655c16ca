"""Walks the bucket and judges every object against what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from catalog.application.finalize_upload import FinalizeUseCase
from catalog.application.item_by_item import OnFault, each_by_itself, unheard
from catalog.application.judged_page import JudgedPage
from catalog.application.object_removal import ObjectRemoval
from catalog.application.orphan_deletion import OrphanDeletion
from catalog.application.ports import ObjectListing
from catalog.application.records import Arrival, Tombstone
from catalog.application.sweep_walk import (
    SweepMode,
    SweepResult,
    SweepRun,
    Walk,
    begun_walk,
    count_finalized,
)
from catalog.application.tally import Tally
from catalog.application.upkeep_records import FindingKind, ListedObject
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.sweep import OrphanLimit
from catalog.domain.values import StoredObject

PREFIX = "videos/"
_KINDS: Sequence[FindingKind] = ("orphan", "other_generation")


@dataclass(frozen=True, slots=True)
class BucketSweepPolicy:
    """Which bucket, and when an object is believed to be nobody's."""

    bucket: str
    orphan_age: timedelta
    """Life of a session and a margin."""
    limit: OrphanLimit
    page_size: int = 1000
    lease: timedelta = timedelta(minutes=5)
    """Longest time one page may take before another sweep may take over."""
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class SweepBucket:
    """Costs one list call and one query a page, whatever the size of the bucket.

    Orphans are deleted in a second step, when the walk is over and their
    number is believable: nothing is deleted on the word of half a walk.
    """

    store: UpkeepStore
    objects: ObjectListing
    finalize: FinalizeUseCase
    removal: ObjectRemoval
    policy: BucketSweepPolicy
    on_fault: OnFault = unheard

    async def __call__(self, run: SweepRun) -> SweepResult:
        """Walk from where the last run stopped.

        Raises UnavailableError when bucket or database do not answer: the next
        run resumes at the page where that happened.
        """
        name = f"bucket/{self.policy.bucket}/{run.mode.value}"
        async with begun_walk(self.store, name, self.policy.lease, run) as walk:
            if walk is None:
                return SweepResult(name, run.mode, "not_now")
            await self._walk(walk, run)
        whole = walk.state in ("finished", "refused")
        doubted = self._too_many_orphans(walk.tally, at_end=whole)
        return walk.result(run.mode, too_many_orphans=doubted)

    async def _walk(self, walk: Walk, run: SweepRun) -> None:
        more = True
        while more:
            if run.must_stop():
                return
            page = await self.objects.page(
                self.policy.bucket,
                prefix=PREFIX,
                limit=self.policy.page_size,
                after=walk.position,
            )
            if page.objects and not await self._page(walk, run, page.objects):
                return
            run.progress(walk.position or "", walk.tally.counts)
            more = page.more
        await self._after_walk(walk, run)

    async def _page(self, walk: Walk, run: SweepRun, objects: Sequence[ListedObject]) -> bool:
        """Judge a page and act on it; False when the walk ends with it."""
        async with self.store.autocommit() as statements:
            known = await statements.sweeps.look_up(walk.turn(), self.policy.bucket, objects)
        if known is None:
            walk.state = "lost"
            return False
        judged = JudgedPage.of(objects, known, self.policy.orphan_age, walk.tally)
        await self._act(judged, walk.tally, run)
        if run.must_stop():
            return False
        walk.done_upto(objects[-1].stored.ref.name)
        if run.mode is SweepMode.DELETE and self._too_many_orphans(walk.tally, at_end=False):
            walk.state = "refused"
            return False
        return True

    async def _after_walk(self, walk: Walk, run: SweepRun) -> None:
        if run.mode is SweepMode.DELETE:
            if self._too_many_orphans(walk.tally, at_end=True):
                walk.state = "refused"
                return
            deletion = OrphanDeletion(self.store, self.removal, self.policy.bucket, self.on_fault)
            if not await deletion(walk, run):
                return
        async with self.store.autocommit() as statements:
            await statements.findings.drop_unseen(_KINDS, walk.started_at, self.policy.bucket)
        walk.state = "finished"

    def _too_many_orphans(self, tally: Tally, *, at_end: bool) -> bool:
        return self.policy.limit.is_exceeded(
            objects=tally["objects"], orphans=tally["orphans"], at_end=at_end
        )

    async def _act(self, judged: JudgedPage, tally: Tally, run: SweepRun) -> None:
        if run.mode is SweepMode.REPORT:
            tally.skip("would_finalize", len(judged.finalize))
            tally.skip("would_queue_again", len(judged.queue_again))
        else:
            await self._repair(judged, tally, run)
        doubted = self._too_many_orphans(tally, at_end=False)
        findings = [each for each in judged.findings if each.kind != "orphan" or not doubted]
        if findings:
            async with self.store.autocommit() as statements:
                await statements.findings.note(findings)

    async def _repair(self, judged: JudgedPage, tally: Tally, run: SweepRun) -> None:
        async def finalize(stored: StoredObject) -> None:
            effect = (await self.finalize(Arrival(stored, "sweep"))).effect
            count_finalized(tally, effect)

        async def queue_again(stored: StoredObject) -> None:
            async with self.store.autocommit() as statements:
                await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
            tally.add("queued_again")

        for objects, work in (
            (judged.finalize, finalize),
            (judged.queue_again, queue_again),
        ):
            await each_by_itself(
                objects,
                work,
                tally.left,
                at_once=self.policy.at_once,
                stop=run.stop,
                on_fault=self.on_fault,
            )
