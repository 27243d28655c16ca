"""The reference uploader: one file, from its MD5 to a confirmed upload."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from catalog.client.announcement import Announcement
from catalog.client.content_type import content_type_of
from catalog.client.errors import StorageError
from catalog.client.messages import Cancelled
from catalog.client.progress import ProgressListener, silent
from catalog.client.result import UploadResult
from catalog.client.service import CatalogClient
from catalog.client.source import SourceFile
from catalog.client.state import UploadMemory, unfinished
from catalog.client.storage import Storage
from catalog.client.upload_run import UploadRun


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What to tell Catalog of the file, and how long to stay.

    Empty strings mean: the file's own name, the type its extension says, no video yet.
    With `watch` the upload ends only when Catalog has confirmed it, or after `watch_deadline`
    seconds with NotConfirmedError.
    """

    filename: str = ""
    content_type: str = ""
    video_id: str = ""
    watch: bool = False
    watch_deadline: float = 300.0


class Uploader:
    """Uploads files for the user of `client`, which must be open.

    With a `state_dir` a run that ends in any way before its upload is done, kill -9 included,
    is taken up by the next run for the same file, user and server. Cancelling keeps that state.
    """

    def __init__(self, client: CatalogClient, *, state_dir: Path | None = None) -> None:
        self.client = client
        self._state_dir = state_dir

    async def upload(
        self,
        path: Path,
        options: UploadOptions | None = None,
        on_progress: ProgressListener = silent,
    ) -> UploadResult:
        """Store the file; returns once Cloud Storage has it and its hash is verified.

        Raises a ClientError: FileError and its kin for the file, AlreadyRunningError when
        another run is at the same file with the same state, ServiceError for Catalog,
        StorageError for Cloud Storage, UploadFailedError and NotConfirmedError for the end.
        """
        options = options or UploadOptions()
        content_type = options.content_type or content_type_of(path)
        memory = UploadMemory(self._state_dir, path, self.client.user_id, self.client.target)
        async with SourceFile(path) as source, Storage(self.client.settings) as storage:
            run = UploadRun(
                client=self.client,
                storage=storage,
                source=source,
                memory=memory,
                announcement=Announcement(
                    filename=options.filename or _printable(path.name),
                    content_type=content_type,
                    video_id=options.video_id,
                ),
                listener=on_progress,
            )
            with memory.claimed():
                return await run.execute(options.watch_deadline if options.watch else None)

    async def cancel(self, upload_id: str) -> Cancelled:
        """Give an upload up, and what was remembered of it here, sessions included.

        A run that is at it stops when it hears of it. Raises ServiceError, for a completed
        upload with the reason UPLOAD_COMPLETED.
        """
        cancelled = await self.client.cancel_upload(upload_id)
        if self._state_dir is not None:
            async with Storage(self.client.settings) as storage:
                for path, session in unfinished(self._state_dir, upload_id):
                    path.unlink(missing_ok=True)
                    with contextlib.suppress(StorageError):
                        await storage.cancel(session.uri)
        return cancelled


def _printable(name: str) -> str:
    # A name that is not UTF-8 reaches us with lone surrogates, which no message can carry.
    return name.encode("utf-8", "replace").decode("utf-8")
