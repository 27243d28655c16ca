"""Catalog's RPCs for one user, with deadlines, retries and the library's own errors."""

import ipaddress
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

import grpc

from catalog.api.video.v1 import upload_pb2, upload_pb2_grpc, video_pb2, video_pb2_grpc
from catalog.client import messages
from catalog.client.errors import InvalidUsageError
from catalog.client.retry import retrying
from catalog.client.rpc_errors import service_error
from catalog.client.settings import ClientSettings

if TYPE_CHECKING:
    # These two exist in the stubs only.
    from catalog.api.video.v1.upload_pb2_grpc import UploadServiceAsyncStub
    from catalog.api.video.v1.video_pb2_grpc import VideoServiceAsyncStub

Request = TypeVar("Request")
Response = TypeVar("Response")

# The key under which the gateway names the user.
_USER_KEY = "user_id"


@dataclass(frozen=True, slots=True)
class _Call(Generic[Request, Response]):
    method: grpc.aio.UnaryUnaryMultiCallable[Request, Response]
    request: Request


class CatalogClient:
    """A connection to Catalog for one user; use as an async context manager.

    `target` is host:port. Without credentials the connection is in the clear, which is right
    behind a gateway or on this machine only. Every method raises ServiceError, and
    ServiceUnavailableError once its tries are used up; a user id that is not a UUID raises
    InvalidUsageError at once.
    """

    def __init__(
        self,
        target: str,
        user_id: str,
        *,
        settings: ClientSettings | None = None,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        self.target = target
        self.user_id = _canonical_user(user_id)
        self.settings = settings or ClientSettings()
        self._credentials = credentials
        self._channel: grpc.aio.Channel | None = None

    async def __aenter__(self) -> Self:
        options = [] if not _is_loopback(self.target) else [("grpc.enable_http_proxy", 0)]
        if self._credentials is None:
            self._channel = grpc.aio.insecure_channel(self.target, options=options)
        else:
            self._channel = grpc.aio.secure_channel(self.target, self._credentials, options=options)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    async def init_resumable_upload(
        self, *, filename: str, size_bytes: int, content_type: str, md5_hex: str, video_id: str = ""
    ) -> messages.InitAnswer:
        """A signed URL for this content; safe to repeat."""
        request = upload_pb2.InitResumableUploadRequest(
            filename=filename,
            size_bytes=size_bytes,
            content_type=content_type,
            content_md5_hex=md5_hex,
            video_id=video_id,
        )
        return messages.init_answer(
            await self._call(_Call(self._uploads.InitResumableUpload, request))
        )

    async def get_upload(self, upload_id: str) -> messages.Upload:
        """One of the user's uploads."""
        request = upload_pb2.GetUploadRequest(upload_id=upload_id)
        return messages.upload(await self._call(_Call(self._uploads.GetUpload, request)))

    async def list_uploads(
        self, *, status: str = "", page_size: int = 0, page_token: str = ""
    ) -> messages.UploadPage:
        """One page of the user's uploads, newest first; a page size of 0 leaves it to Catalog."""
        request = upload_pb2.ListUploadsRequest(
            status=status, page_size=page_size, page_token=page_token
        )
        answer = await self._call(_Call(self._uploads.ListUploads, request))
        return messages.upload_page(answer)

    async def every_upload(
        self, *, status: str = "", page_size: int = 100
    ) -> AsyncIterator[messages.Upload]:
        """All of the user's uploads, newest first, page by page as they are asked for."""
        token = ""
        while True:
            page = await self.list_uploads(status=status, page_size=page_size, page_token=token)
            for upload in page.uploads:
                yield upload
            token = page.next_page_token
            if not token:
                return

    async def cancel_upload(self, upload_id: str) -> messages.Cancelled:
        """Give one of the user's uploads up; safe to repeat."""
        request = upload_pb2.CancelUploadRequest(upload_id=upload_id)
        answer = await self._call(_Call(self._uploads.CancelUpload, request))
        return messages.Cancelled(answer.status, answer.error_code, answer.version)

    async def report_upload_progress(
        self,
        upload_id: str,
        *,
        bytes_persisted: int,
        resume_count: int = 0,
        offset_mismatch_count: int = 0,
        precondition_failed_count: int = 0,
    ) -> messages.Reported:
        """Tell how far an upload is, with the counts since the last report that was answered.

        Asked once: the counts are added up, so whoever calls tells them again if it must.
        """
        request = upload_pb2.ReportUploadProgressRequest(
            upload_id=upload_id,
            bytes_persisted=bytes_persisted,
            resume_count=resume_count,
            offset_mismatch_count=offset_mismatch_count,
            precondition_failed_count=precondition_failed_count,
        )
        call = _Call(self._uploads.ReportUploadProgress, request)
        answer = await self._call_once(call)
        return messages.Reported(answer.status, answer.bytes_reported)

    async def create_video(self, title: str, description: str = "") -> messages.Video:
        """A new video that waits for its file.

        All tries of one call carry the same request id, so they make one video.
        """
        request = video_pb2.CreateVideoRequest(
            title=title, description=description, request_id=str(uuid.uuid4())
        )
        answer = await self._call(_Call(self._videos.CreateVideo, request))
        return messages.video(answer.video)

    async def get_video(self, video_id: str) -> messages.Video:
        """One of the user's videos."""
        request = video_pb2.GetVideoRequest(video_id=video_id)
        return messages.video((await self._call(_Call(self._videos.GetVideo, request))).video)

    @property
    def _open_channel(self) -> grpc.aio.Channel:
        if self._channel is None:
            raise RuntimeError("use CatalogClient with `async with`")
        return self._channel

    @property
    def _uploads(self) -> "UploadServiceAsyncStub":
        return upload_pb2_grpc.UploadServiceStub(self._open_channel)

    @property
    def _videos(self) -> "VideoServiceAsyncStub":
        return video_pb2_grpc.VideoServiceStub(self._open_channel)

    async def _call(self, call: _Call[Request, Response]) -> Response:
        return await retrying(self.settings.rpc_retry)(self._call_once, call)

    async def _call_once(self, call: _Call[Request, Response]) -> Response:
        try:
            return await call.method(
                call.request,
                timeout=self.settings.timeouts.rpc,
                metadata=((_USER_KEY, self.user_id),),
            )
        except grpc.aio.AioRpcError as error:
            raise service_error(error, self.target) from None


def _canonical_user(user_id: str) -> str:
    try:
        return str(uuid.UUID(user_id))
    except ValueError:
        raise InvalidUsageError("the user id must be a UUID", reason="USER_ID_INVALID") from None


def _is_loopback(target: str) -> bool:
    host = target.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
