"""A store under the contract, with what is kept in it, and the steps that many tests begin with."""

from dataclasses import dataclass, replace
from typing import Any

from catalog.application.records import Claim, HistoryEntry, TimedUpload
from catalog.domain.upload import Decision, FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject
from catalog.domain.video import Video
from tests.support.builders import a_stored_object, a_video, an_arrival, init_facts
from tests.support.decided import a_completion, a_failure
from tests.support.ledger import Ledger
from tests.support.whole_store import WholeStore

MADE = HistoryEntry("user", "init", Decision.INSERT)


@dataclass(frozen=True, slots=True)
class Subject:
    store: WholeStore
    ledger: Ledger

    async def timed_upload(self, **facts: Any) -> TimedUpload:
        """Make a waiting upload; what is not said is new."""
        async with self.store.autocommit() as statements:
            made = await statements.uploads.insert_by_user_md5(init_facts(**facts), MADE)
        assert made is not None
        return made

    async def upload(self, *, video: Video | None = None, **facts: Any) -> Upload:
        """Make a waiting upload, bound to `video`."""
        made = (await self.timed_upload(**facts)).upload
        if video is None:
            return made
        entry = HistoryEntry("user", "bind", Decision.REPLACE)
        async with self.store.autocommit() as statements:
            return await statements.uploads.bind_upload_to_video(made, video.video_id, entry)

    async def video(self, **changes: Any) -> Video:
        """Make a video, in any state."""
        video = a_video(**changes)
        await self.ledger.put_video(video)
        return video

    async def claim(self, stored: StoredObject, **changes: Any) -> Claim:
        """Claim an arrival and leave it at that."""
        async with self.store.transaction() as statements:
            return await statements.inbox.claim(an_arrival(stored, **changes))

    async def failed_upload(self, **facts: Any) -> Upload:
        """Make an upload that failed by an object, which is buried."""
        waiting = await self.upload(**facts)
        stored = a_stored_object(waiting)
        await self.claim(stored)
        async with self.store.transaction() as statements:
            await statements.inbox.mark_failed(a_failure(waiting, stored))
        return await self.ledger.upload(waiting.upload_id)

    async def cancelled_upload(self) -> Upload:
        """Make an upload that its owner gave up."""
        waiting = await self.upload()
        return await self.forced(waiting, UploadStatus.FAILED, FailureCode.CANCELLED)

    async def completed_upload(self, **facts: Any) -> Upload:
        """Make an upload that is completed, with a video made for it."""
        waiting = await self.upload(**facts)
        stored = a_stored_object(waiting)
        claim = await self.claim(stored)
        async with self.store.transaction() as statements:
            await statements.inbox.mark_completed(a_completion(waiting, stored, claim.at))
        return await self.ledger.upload(waiting.upload_id)

    async def forced(
        self, upload: Upload, status: UploadStatus, code: FailureCode | None = None, **changes: Any
    ) -> Upload:
        """Bring an upload into a state past the rules, its version unchanged."""
        await self.ledger.put_upload(replace(upload, status=status, error_code=code, **changes))
        return await self.ledger.upload(upload.upload_id)
