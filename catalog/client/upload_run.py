"""One run of one upload: what to do first, and what when a session is lost."""

import contextlib
from dataclasses import replace

from catalog.client import confirmation
from catalog.client.announcement import Announcement
from catalog.client.answers import Stored
from catalog.client.chunks import chunk_size
from catalog.client.digest import md5_hex
from catalog.client.errors import (
    AccessRefusedError,
    FileError,
    HashMismatchError,
    ObjectExistsError,
    ServiceUnavailableError,
    SessionLostError,
    StorageError,
    UrlExpiredError,
)
from catalog.client.messages import InitAnswer
from catalog.client.progress import Phase, Progress, ProgressListener
from catalog.client.reports import ProgressReports
from catalog.client.result import Target, UploadResult, announced, just_made, seen
from catalog.client.retry import retrying
from catalog.client.service import CatalogClient
from catalog.client.source import SourceFile
from catalog.client.state import OpenSession, Remembered, UploadMemory
from catalog.client.storage import Storage
from catalog.client.tally import Tally
from catalog.client.transfer import Transfer


class UploadRun:
    """Carries one file from its hash to a stored, verified object. Use once."""

    def __init__(
        self,
        *,
        client: CatalogClient,
        storage: Storage,
        source: SourceFile,
        memory: UploadMemory,
        announcement: Announcement,
        listener: ProgressListener,
    ) -> None:
        self._client = client
        self._settings = client.settings
        self._storage = storage
        self._source = source
        self._memory = memory
        self._announcement = announcement
        self._listener = listener
        self._tally = Tally()
        self._reports = ProgressReports(client, self._tally, source.size)
        self._md5_hex = ""
        self._upload_id = ""

    async def execute(self, watch_deadline: float | None) -> UploadResult:
        """Raises as `Uploader.upload` does; `watch_deadline` None means: do not watch."""
        remembered = self._memory.recall(self._source.identity)
        self._md5_hex = remembered.md5_hex if remembered else await self._hash()
        async with self._reports:
            target = await self._store(remembered)
        self._memory.forget()
        if target.status != "completed" or not target.generation:
            target = await self._confirm(target, watch_deadline)
        return self._result(target)

    async def _hash(self) -> str:
        return await md5_hex(self._source, self._settings.hash_block_bytes, self._listener)

    async def _store(self, remembered: Remembered | None) -> Target:
        session = await self._still_wanted(remembered) if remembered else None
        restarts_left = self._settings.max_restarts
        while True:
            try:
                return await self._once(session)
            except (SessionLostError, UrlExpiredError):
                self._memory.forget()
                await confirmation.check_not_cancelled(self._client, self._upload_id)
                if restarts_left == 0:
                    raise
            session = None
            restarts_left -= 1

    async def _still_wanted(self, remembered: Remembered) -> OpenSession | None:
        """The remembered session, once Catalog knows of a video that is new to it.

        None if its upload was given up since: whoever uploads the file again begins anew.
        """
        if await confirmation.is_cancelled(self._client, remembered.session.upload_id):
            await self._abandon(remembered.session)
            return None
        self._upload_id = remembered.session.upload_id
        wanted = self._announcement.video_id
        if wanted and wanted != remembered.session.video_id:
            await self._init()
        return remembered.session

    async def _once(self, session: OpenSession | None) -> Target:
        """Resume the session if there is one, else begin; 412 is answered by asking Catalog."""
        upload_id = session.upload_id if session else ""
        try:
            if session is not None:
                return await self._send(session, resumed=True)
            answer = await self._init()
            if answer.already_completed:
                return announced(answer)
            upload_id = answer.upload_id
            return await self._send(await self._open(answer), resumed=False)
        except ObjectExistsError as refusal:
            self._tally.refusals += 1
            self._reports.about(upload_id)
            return await self._stored_by_another(
                upload_id, refusal, self._settings.confirm_deadline
            )
        except AccessRefusedError as refusal:
            # A signer that may create but not delete is told 403 where others are told 412.
            return await self._stored_by_another(upload_id, refusal, deadline=0)

    async def _init(self) -> InitAnswer:
        self._report(Phase.STARTING)
        answer = await self._client.init_resumable_upload(
            filename=self._announcement.filename,
            size_bytes=self._source.size,
            content_type=self._announcement.content_type,
            md5_hex=self._md5_hex,
            video_id=self._announcement.video_id,
        )
        self._upload_id, self._reports.cancelled = answer.upload_id, False
        return answer

    async def _open(self, answer: InitAnswer) -> OpenSession:
        policy = retrying(self._settings.storage_retry)
        uri: str = await policy(self._storage.open_session, answer)
        session = OpenSession(
            upload_id=answer.upload_id,
            bucket=answer.bucket,
            object_name=answer.object_name,
            video_id=answer.video_id,
            chunk_bytes=chunk_size(answer.chunk_bytes, answer.chunk_multiple),
            uri=uri,
        )
        await self._source.in_thread(
            lambda: self._memory.remember(session, self._source.identity, self._md5_hex)
        )
        return session

    async def _send(self, session: OpenSession, *, resumed: bool) -> Target:
        transfer = Transfer(
            storage=self._storage,
            session=session,
            source=self._source,
            md5_hex=self._md5_hex,
            settings=self._settings,
            listener=self._listener,
            on_persisted=lambda offset: self._persisted(session, offset),
            tally=self._tally,
        )
        try:
            stored = await (transfer.resume() if resumed else transfer.begin())
            return await self._verified(session, stored)
        except FileError:
            await self._abandon(session)
            raise
        except SessionLostError:
            if self._reports.cancelled:
                await self._abandon(session)
            raise
        except HashMismatchError:
            self._memory.forget()
            raise

    def _persisted(self, session: OpenSession, offset: int) -> None:
        self._reports.reached(session.upload_id, offset)
        if self._reports.cancelled:
            raise SessionLostError("the upload was cancelled; run the same command again")

    async def _abandon(self, session: OpenSession) -> None:
        """Nobody may complete a session whose bytes are no longer wanted."""
        self._memory.forget()
        with contextlib.suppress(StorageError):
            await self._storage.cancel(session.uri)

    async def _verified(self, session: OpenSession, stored: Stored) -> Target:
        wrong_size = stored.size is not None and stored.size != self._source.size
        if wrong_size or stored.md5_hex not in (None, self._md5_hex):
            raise HashMismatchError(
                "Cloud Storage stored other bytes than those of the file; "
                "run the same command again"
            )
        target = just_made(session, stored.generation or "")
        if stored.md5_hex is not None:
            return target
        # Cloud Storage did not say what it stored; Catalog hears it from the notification.
        return await self._completed(target.upload_id, self._settings.confirm_deadline)

    async def _stored_by_another(
        self, upload_id: str, refusal: StorageError, deadline: float
    ) -> Target:
        self._report(Phase.WAITING)
        self._memory.forget()
        upload = await confirmation.settled(self._client, upload_id, deadline)
        if upload is None:
            raise refusal
        if upload.status == "failed":
            # The object in the way was refused: the next Init has it removed.
            raise SessionLostError(
                f"upload {upload_id} failed meanwhile ({upload.error_code}); "
                "run the same command again"
            )
        confirmation.check(upload, self._md5_hex)
        return seen(upload, already_stored=True)

    async def _confirm(self, target: Target, watch_deadline: float | None) -> Target:
        if watch_deadline is not None:
            shown = await self._completed(target.upload_id, watch_deadline)
            return replace(shown, already_stored=target.already_stored)
        # The file is safe already; a service that is away now takes nothing from that.
        with contextlib.suppress(ServiceUnavailableError):
            upload = await self._client.get_upload(target.upload_id)
            confirmation.check(upload, self._md5_hex)
            shown = seen(upload, already_stored=target.already_stored)
            return replace(shown, generation=shown.generation or target.generation)
        return target

    async def _completed(self, upload_id: str, deadline: float) -> Target:
        self._report(Phase.WAITING)
        upload = await confirmation.completed(self._client, upload_id, self._md5_hex, deadline)
        return seen(upload)

    def _result(self, target: Target) -> UploadResult:
        return UploadResult(
            upload_id=target.upload_id,
            status=target.status,
            bucket=target.bucket,
            object_name=target.object_name,
            generation=target.generation,
            size_bytes=self._source.size,
            md5_hex=self._md5_hex,
            video_id=target.video_id,
            bytes_sent=self._tally.bytes_sent,
            resumed_from=self._tally.resumed_from,
            already_completed=target.already_stored,
        )

    def _report(self, phase: Phase) -> None:
        self._listener(Progress(phase, 0, self._source.size))
