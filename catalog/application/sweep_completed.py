"""Walks the completed uploads and reports those whose objects are gone. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from catalog.application.item_by_item import OnFault, each_by_itself, unheard
from catalog.application.ports import ObjectListing, ObjectStore
from catalog.application.sweep_walk import SweepMode, SweepResult, SweepRun, Walk, begun_walk
from catalog.application.tally import Tally
from catalog.application.upkeep_records import Finding
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.sweep import OrphanLimit
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef

_NAME = "completed"
_PREFIX = "videos/"


@dataclass(frozen=True, slots=True)
class CompletedSweepPolicy:
    """How much is looked at together, and how much loss is believed."""

    limit: OrphanLimit
    """Above it the bucket is doubted, not the uploads: the walk ends."""
    page_size: int = 1000
    lease: timedelta = timedelta(minutes=5)
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class SweepCompleted:
    """Holds a page of uploads against the list of the same names: one call for a thousand.

    Only what the list does not show is looked at by itself.
    """

    store: UpkeepStore
    objects: ObjectStore
    listing: ObjectListing
    policy: CompletedSweepPolicy
    on_fault: OnFault = unheard

    async def __call__(self, run: SweepRun) -> SweepResult:
        """Walk from where the last run stopped; `run.mode` makes no difference.

        Raises UnavailableError when bucket or database do not answer: the next
        run resumes at the page where that happened.
        """
        async with begun_walk(self.store, _NAME, self.policy.lease, run) as walk:
            if walk is None:
                return SweepResult(_NAME, SweepMode.REPORT, "not_now")
            await self._walk(walk, run)
        return walk.result(SweepMode.REPORT)

    async def _walk(self, walk: Walk, run: SweepRun) -> None:
        more = True
        while more:
            if run.must_stop():
                return
            behind = _place(walk.position)
            async with self.store.autocommit() as statements:
                uploads = await statements.sweeps.completed(
                    walk.turn(), behind, self.policy.page_size
                )
            if uploads is None:
                walk.state = "lost"
                return
            if uploads:
                await self._page(uploads, behind, walk.tally)
                walk.done_upto(f"{uploads[-1].ref.bucket}/{uploads[-1].ref.name}")
                run.progress(walk.position or "", walk.tally.counts)
            if self._is_doubtful(walk.tally):
                walk.state = "refused"
                return
            more = len(uploads) == self.policy.page_size
        async with self.store.autocommit() as statements:
            await statements.findings.drop_unseen(["gone"], walk.started_at)
        walk.state = "finished"

    def _is_doubtful(self, tally: Tally) -> bool:
        seen, gone = tally["uploads"], tally["gone"]
        return self.policy.limit.is_exceeded(objects=seen, orphans=gone, at_end=False)

    async def _page(
        self, uploads: Sequence[Upload], behind: ObjectRef | None, tally: Tally
    ) -> None:
        missing: list[Upload] = []
        for bucket, owned in groupby(uploads, key=lambda each: each.ref.bucket):
            mine = list(owned)
            after = behind.name if behind is not None and behind.bucket == bucket else None
            listed = await self._listed(bucket, mine, after)
            missing += [each for each in mine if listed.get(each.ref.name) != each.generation]
        tally.add("uploads", len(uploads))
        tally.add("kept", len(uploads) - len(missing))
        if missing:
            await self._look_again(missing, tally)

    async def _listed(
        self, bucket: str, uploads: Sequence[Upload], after: str | None
    ) -> dict[str, Generation]:
        """List the bucket along the uploads' names; others are dropped as they come."""
        wanted = {each.ref.name for each in uploads}
        upto, found, more = max(wanted), dict[str, Generation](), True
        while more:
            page = await self.listing.page(
                bucket, prefix=_PREFIX, limit=self.policy.page_size, after=after, upto=upto
            )
            for each in page.objects:
                after = each.stored.ref.name
                if after in wanted:
                    found[after] = each.stored.generation
            more = page.more
        return found

    async def _look_again(self, missing: Sequence[Upload], tally: Tally) -> None:
        gone: list[Finding] = []

        async def look(upload: Upload) -> None:
            stored = await self.objects.stat(upload.ref)
            if stored is not None and stored.generation == upload.generation:
                tally.add("kept")
            elif stored is not None:
                tally.skip("other_generation")
            elif upload.generation is not None:
                tally.add("gone")
                size = upload.size_bytes
                gone.append(Finding("gone", upload.ref, upload.generation, upload.upload_id, size))

        await each_by_itself(
            missing, look, tally.left, at_once=self.policy.at_once, on_fault=self.on_fault
        )
        if gone:
            async with self.store.autocommit() as statements:
                await statements.findings.note(gone)


def _place(position: str | None) -> ObjectRef | None:
    if position is None:
        return None
    bucket, _, name = position.partition("/")
    return ObjectRef(bucket, name)
