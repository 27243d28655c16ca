"""Walks the uploads that wait for long and looks whether their objects are there already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from catalog.application.finalize_upload import FinalizeUseCase
from catalog.application.item_by_item import OnFault, each_by_itself, unheard
from catalog.application.ports import ObjectStore
from catalog.application.records import Arrival
from catalog.application.sweep_walk import (
    SweepMode,
    SweepResult,
    SweepRun,
    Walk,
    begun_walk,
    count_finalized,
)
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.upload import Upload
from catalog.domain.values import UploadId


@dataclass(frozen=True, slots=True)
class WaitingSweepPolicy:
    """From when on a notification is believed to be lost."""

    age: timedelta = timedelta(minutes=15)
    """From the upload's first Init. A look that comes too early changes nothing."""
    page_size: int = 500
    lease: timedelta = timedelta(minutes=5)
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class SweepWaiting:
    """Makes lost notifications good, one look at the bucket an upload."""

    store: UpkeepStore
    objects: ObjectStore
    finalize: FinalizeUseCase
    policy: WaitingSweepPolicy = WaitingSweepPolicy()
    on_fault: OnFault = unheard

    async def __call__(self, run: SweepRun) -> SweepResult:
        """Walk from where the last run stopped.

        Raises UnavailableError when the database does not answer; an upload
        that cannot be looked at is skipped until the next walk.
        """
        name = f"waiting/{run.mode.value}"
        async with begun_walk(self.store, name, self.policy.lease, run) as walk:
            if walk is None:
                return SweepResult(name, run.mode, "not_now")
            await self._walk(walk, run)
        return walk.result(run.mode)

    async def _walk(self, walk: Walk, run: SweepRun) -> None:
        policy = self.policy
        while not run.must_stop():
            async with self.store.autocommit() as statements:
                uploads = await statements.sweeps.waiting(
                    walk.turn(), _place(walk.position), policy.age, policy.page_size
                )
            if uploads is None:
                walk.state = "lost"
                return
            if uploads:
                await self._page(uploads, walk, run)
                if run.must_stop():
                    return
                walk.done_upto(_position(uploads[-1]))
                run.progress(walk.position or "", walk.tally.counts)
            if len(uploads) < policy.page_size:
                walk.state = "finished"
                return

    async def _page(self, uploads: Sequence[Upload], walk: Walk, run: SweepRun) -> None:
        tally = walk.tally

        async def look(upload: Upload) -> None:
            stored = await self.objects.stat(upload.ref)
            if stored is None:
                tally.skip("nothing_there")
            elif run.mode is SweepMode.REPORT:
                tally.skip("would_finalize")
            else:
                count_finalized(tally, (await self.finalize(Arrival(stored, "sweep"))).effect)

        tally.add("uploads", len(uploads))
        await each_by_itself(
            uploads,
            look,
            tally.left,
            at_once=self.policy.at_once,
            stop=run.stop,
            on_fault=self.on_fault,
        )


def _position(upload: Upload) -> str:
    return f"{upload.session_expires_at.isoformat()}/{upload.upload_id}"


def _place(position: str | None) -> tuple[datetime, UploadId] | None:
    if position is None:
        return None
    at, _, upload_id = position.partition("/")
    return datetime.fromisoformat(at), UploadId(UUID(upload_id))
