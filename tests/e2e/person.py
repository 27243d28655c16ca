"""One user and what they ask of the service, over plain stubs."""

import uuid
from dataclasses import dataclass, field

from catalog.api.video.v1 import upload_pb2, video_pb2
from tests.e2e.pushes import Finalize
from tests.support.service import Rpc

SECONDS = 60
"""Generous: what is slow here is the machine."""


def an_md5() -> str:
    """One nobody else has."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Person:
    rpc: Rpc
    user: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("user_id", self.user),)

    def over(self, rpc: Rpc) -> "Person":
        """The same user on another connection."""
        return Person(rpc, self.user)

    def named(self, md5_hex: str) -> str:
        """The name of their object with these bytes."""
        return f"videos/{self.user}/{md5_hex}"

    def finalize(self, md5_hex: str) -> Finalize:
        """The news that exactly these bytes are stored."""
        return Finalize(self.named(md5_hex), md5_hex)

    async def init(
        self,
        md5_hex: str,
        *,
        video_id: str = "",
        filename: str = "holiday.mp4",
        size_bytes: int = 0,
        content_type: str = "video/mp4",
    ) -> upload_pb2.InitResumableUploadResponse:
        request = upload_pb2.InitResumableUploadRequest(
            filename=filename,
            content_type=content_type,
            content_md5_hex=md5_hex,
            size_bytes=size_bytes,
            video_id=video_id,
        )
        return await self.rpc.uploads.InitResumableUpload(
            request, metadata=self.metadata, timeout=SECONDS
        )

    async def get(self, upload_id: str) -> upload_pb2.GetUploadResponse:
        request = upload_pb2.GetUploadRequest(upload_id=upload_id)
        return await self.rpc.uploads.GetUpload(request, metadata=self.metadata, timeout=SECONDS)

    async def bind(self, upload_id: str, video_id: str) -> upload_pb2.BindUploadToVideoResponse:
        request = upload_pb2.BindUploadToVideoRequest(upload_id=upload_id, video_id=video_id)
        return await self.rpc.uploads.BindUploadToVideo(
            request, metadata=self.metadata, timeout=SECONDS
        )

    async def make_video(self, title: str = "Holiday") -> str:
        """A video that waits for its file; its id."""
        request = video_pb2.CreateVideoRequest(title=title)
        answer = await self.rpc.videos.CreateVideo(request, metadata=self.metadata, timeout=SECONDS)
        return answer.video.video_id

    async def video(self, video_id: str) -> video_pb2.Video:
        request = video_pb2.GetVideoRequest(video_id=video_id)
        answer = await self.rpc.videos.GetVideo(request, metadata=self.metadata, timeout=SECONDS)
        return answer.video
