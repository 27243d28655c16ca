"""People who upload at the same time, whatever happens to the service meanwhile."""

import asyncio
import hashlib
import random
import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import grpc

from catalog.api.video.v1 import upload_pb2, video_pb2
from catalog.emulator import Emulator
from tests.support.acknowledged import Acknowledged, AnsweredInit
from tests.support.line import Line
from tests.support.service import Rpc
from tests.support.shuffled_news import ShuffledNews

T = TypeVar("T")
_CALL_SECONDS = 30
_PATIENCE_SECONDS = 120
_PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED,
}


@dataclass(frozen=True, slots=True)
class _Owner:
    user: uuid.UUID
    content: bytes

    @property
    def md5(self) -> str:
        return hashlib.md5(self.content).hexdigest()

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("user_id", str(self.user)),)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody makes one upload; half of them for a video, one in twenty of wrong bytes."""

    emulator: Emulator
    line: Line
    acknowledged: Acknowledged
    news: ShuffledNews

    async def upload(self, more: Callable[[], bool], at_once: int = 16) -> None:
        """Make uploads as long as `more` says so, and tell of their objects."""
        all_there = asyncio.Event()
        async with asyncio.TaskGroup() as telling:
            telling.create_task(self.news.tell(all_there))
            async with asyncio.TaskGroup() as people:
                for _ in range(at_once):
                    people.create_task(self._uploads(more))
            all_there.set()

    async def _uploads(self, more: Callable[[], bool]) -> None:
        while more():
            await self._one(_Owner(uuid.uuid4(), secrets.token_bytes(16)))
            await self.news.room()

    async def _one(self, owner: _Owner) -> None:
        video_id = await self._make_video(owner) if random.random() < 0.5 else None
        right = random.random() < 0.95
        times = 2 if random.random() < 0.1 else 1
        async with asyncio.TaskGroup() as inits:
            for _ in range(times):
                inits.create_task(self._init(owner, video_id, right=right))
        content = owner.content if right else secrets.token_bytes(16)
        self.news.add(self.emulator.store(f"videos/{owner.user}/{owner.md5}", content))

    async def _make_video(self, owner: _Owner) -> uuid.UUID:
        request = video_pb2.CreateVideoRequest(title="Holiday", request_id=str(uuid.uuid4()))
        answer = await self._answered(
            lambda rpc: rpc.videos.CreateVideo(
                request, metadata=owner.metadata, timeout=_CALL_SECONDS
            )
        )
        made = uuid.UUID(answer.video.video_id)
        self.acknowledged.video(made)
        return made

    async def _init(self, owner: _Owner, video_id: uuid.UUID | None, *, right: bool) -> None:
        request = upload_pb2.InitResumableUploadRequest(
            filename="holiday.mp4",
            content_type="video/mp4",
            content_md5_hex=owner.md5,
            video_id=str(video_id or ""),
        )
        answer = await self._answered(
            lambda rpc: rpc.uploads.InitResumableUpload(
                request, metadata=owner.metadata, timeout=_CALL_SECONDS
            )
        )
        made = uuid.UUID(answer.upload_id)
        self.acknowledged.init(
            AnsweredInit(owner.user, owner.md5, made, video_id, right, datetime.now(UTC))
        )
        if random.random() < 0.2:
            await self._look(owner, answer.upload_id)

    async def _look(self, owner: _Owner, upload_id: str) -> None:
        """What was answered can be read at once."""
        request = upload_pb2.GetUploadRequest(upload_id=upload_id)
        found = await self._answered(
            lambda rpc: rpc.uploads.GetUpload(
                request, metadata=owner.metadata, timeout=_CALL_SECONDS
            )
        )
        assert found.upload_id == upload_id

    async def _answered(self, call: Callable[[Rpc], Awaitable[T]]) -> T:
        """Call again, after short random pauses, until there is an answer.

        Raises AioRpcError for what no repeat can mend: not to find what was acknowledged.
        """
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                try:
                    return await call(self.line.rpc)
                except grpc.aio.AioRpcError as refusal:
                    self.acknowledged.refused[refusal.code().name] += 1
                    if refusal.code() not in _PASSING:
                        raise
                except asyncio.CancelledError:
                    # A channel that is closed cancels its calls. A task group would take that
                    # for the end of whoever called, and go on as if there had been an answer.
                    if _is_cancelled():
                        raise
                    self.acknowledged.refused["CANCELLED"] += 1
                await asyncio.sleep(random.uniform(0.05, 0.4))


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def so_many(size: int) -> Callable[[], bool]:
    """True `size` times."""
    left = iter(range(size))
    return lambda: next(left, None) is not None
