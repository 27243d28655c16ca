"""Puts together everything that is known of one upload."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from catalog.application.operations_records import AnnouncedEvent, HistoryLine
from catalog.application.operations_store import OperationsStatements, OperationsStore
from catalog.application.story import StoryLine, tell
from catalog.domain.errors import UploadNotFoundError
from catalog.domain.policies import check_upload_id
from catalog.domain.upload import Decision, Upload
from catalog.domain.values import Generation, ObjectRef, UploadId
from catalog.domain.video import Video

T = TypeVar("T")
_SCHEME = "gs://"
_ENDINGS = frozenset({Decision.COMPLETE, Decision.FAIL, Decision.EXPIRE, Decision.CANCEL})


@dataclass(frozen=True, slots=True)
class UploadTrace:
    """An upload as it stands, and how it came to that."""

    upload_id: UploadId
    upload: Upload | None
    """None when the row was forgotten or pruned and its history is still there."""
    video: Video | None
    events: Sequence[AnnouncedEvent]
    story: Sequence[StoryLine]
    cut: bool
    """True when older lines were left out."""


@dataclass(frozen=True, slots=True)
class TraceUpload:
    """Reads only, a handful of statements, whoever owns the upload."""

    store: OperationsStore

    async def __call__(self, upload_id: str, limit: int = 1000) -> UploadTrace:
        """Tell the story with at most `limit` lines from each table, the newest.

        Raises InvalidRequestError, UploadNotFoundError where nothing at all is
        known, or an UnavailableError.
        """
        wanted = check_upload_id(upload_id)
        pages = _Pages(limit)
        async with self.store.autocommit() as statements:
            upload = await statements.stories.upload(wanted)
            history = pages.newest(await statements.stories.history(wanted, pages.wanted))
            return await _told(statements, wanted, upload, history, pages)


@dataclass(slots=True)
class _Pages:
    """The newest lines of each table: one more than is shown tells whether that was all."""

    limit: int
    cut: bool = False

    @property
    def wanted(self) -> int:
        return self.limit + 1

    def newest(self, lines: Sequence[T]) -> Sequence[T]:
        self.cut = self.cut or len(lines) > self.limit
        return lines[-self.limit :]


async def _told(
    statements: OperationsStatements,
    upload_id: UploadId,
    upload: Upload | None,
    history: Sequence[HistoryLine],
    pages: _Pages,
) -> UploadTrace:
    stories, video = statements.stories, await _video(statements, upload)
    aggregates, times = _aggregates(upload_id, upload, history), _times(history, video)
    events = pages.newest(await stories.events(aggregates, times, pages.wanted))
    if upload is None and not history and not events:
        raise UploadNotFoundError
    ref = _ref(upload, history)
    deletions = pages.newest(await stories.deletions(ref, pages.wanted) if ref else [])
    generations = _generations(upload, history)
    generations |= {each.generation for each in deletions}
    found = await stories.pushes(ref, sorted(generations), pages.wanted) if ref else []
    story = tell(history, pages.newest(found), deletions, events)
    return UploadTrace(upload_id, upload, video, events, story, pages.cut)


async def _video(statements: OperationsStatements, upload: Upload | None) -> Video | None:
    if upload is None or upload.video_id is None:
        return None
    return await statements.videos.get(upload.user_id, upload.video_id)


def _aggregates(
    upload_id: UploadId, upload: Upload | None, history: Sequence[HistoryLine]
) -> Sequence[UUID]:
    """Name the upload and its video, which the history remembers when the row is gone."""
    found: set[UUID] = {upload_id}
    if upload is not None and upload.video_id is not None:
        found.add(upload.video_id)
    for line in history:
        if line.decision == "complete" and isinstance(told := line.detail.get("video_id"), str):
            found.add(UUID(told))
    return sorted(found)


def _times(history: Sequence[HistoryLine], video: Video | None) -> Sequence[datetime]:
    """Say when events can have occurred: they bear the time of the transaction they came from."""
    times = {line.at for line in history if line.decision in _ENDINGS}
    if video is not None:
        times.add(video.created_at)
    return sorted(times)


def _ref(upload: Upload | None, history: Sequence[HistoryLine]) -> ObjectRef | None:
    """Tell the object; without a row from the history, which remembers it where it can."""
    if upload is not None:
        return upload.ref
    for line in reversed(history):
        told = line.detail.get("object")
        if isinstance(told, str) and told.startswith(_SCHEME):
            bucket, _, name = told.removeprefix(_SCHEME).partition("/")
            return ObjectRef(bucket, name)
    return None


def _generations(upload: Upload | None, history: Sequence[HistoryLine]) -> set[Generation]:
    found = {upload.generation} if upload and upload.generation else set[Generation]()
    told = [line.detail.get("generation") for line in history]
    return found | {
        Generation(int(each)) for each in told if isinstance(each, str) and each.isdecimal()
    }
