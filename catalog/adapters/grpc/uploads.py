"""UploadService: decode, call the use case, encode."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from catalog.adapters.grpc.call import CURRENT_CALL, Context
from catalog.adapters.grpc.mapping import (
    bind_answer,
    cancel_answer,
    init_answer,
    page_answer,
    progress_answer,
    upload_answer,
)
from catalog.api.video.v1 import upload_pb2, upload_pb2_grpc
from catalog.application.init_resumable_upload import InitAnswer, InitCommand
from catalog.application.list_uploads import UploadPage
from catalog.domain.policies import ProgressReport, RawInit
from catalog.domain.upload import Upload
from catalog.domain.values import UserId

InitUseCase = Callable[[InitCommand], Awaitable[InitAnswer]]
GetUploadUseCase = Callable[[UserId, str], Awaitable[Upload]]
"""User and upload id, the id unchecked."""
BindUseCase = Callable[[UserId, str, str], Awaitable[Upload]]
"""User, upload id and video id, the ids unchecked."""

CancelUseCase = Callable[[UserId, str], Awaitable[Upload]]
ListUseCase = Callable[[UserId, str, int, str], Awaitable[UploadPage]]
"""User, status, page size and page token, all unchecked."""
ReportUseCase = Callable[[UserId, str, ProgressReport], Awaitable[Upload]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadUseCases:
    """What the servicer hands its calls to."""

    init: InitUseCase
    get_upload: GetUploadUseCase
    bind: BindUseCase
    cancel: CancelUseCase
    list_uploads: ListUseCase
    report: ReportUseCase


class UploadServicer(upload_pb2_grpc.UploadServiceServicer):
    """Runs behind GuardedServices, which know the caller and answer all errors."""

    def __init__(self, use_cases: UploadUseCases) -> None:
        self._use_cases = use_cases

    async def InitResumableUpload(  # noqa: N802 - the contract's name
        self,
        request: upload_pb2.InitResumableUploadRequest,
        _context: Context,
    ) -> upload_pb2.InitResumableUploadResponse:
        """Give the caller's content its upload and the URL that opens a session."""
        call = CURRENT_CALL.get()
        raw = RawInit(
            filename=request.filename,
            size_bytes=request.size_bytes,
            content_type=request.content_type,
            content_md5_hex=request.content_md5_hex,
            duration_seconds=request.duration_seconds,
            video_id=request.video_id,
        )
        answer = await self._use_cases.init(InitCommand(call.user, raw, call.traceparent))
        call.is_about(answer.upload)
        return init_answer(answer.upload, answer.start)

    async def GetUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.GetUploadRequest, _context: Context
    ) -> upload_pb2.GetUploadResponse:
        """Show one of the caller's uploads."""
        call = CURRENT_CALL.get()
        call.asks_for(request.upload_id)
        upload = await self._use_cases.get_upload(call.user, request.upload_id)
        call.is_about(upload)
        return upload_answer(upload)

    async def BindUploadToVideo(  # noqa: N802 - the contract's name
        self,
        request: upload_pb2.BindUploadToVideoRequest,
        _context: Context,
    ) -> upload_pb2.BindUploadToVideoResponse:
        """Tie a waiting upload of the caller to one of their videos."""
        call = CURRENT_CALL.get()
        call.asks_for(request.upload_id)
        upload = await self._use_cases.bind(call.user, request.upload_id, request.video_id)
        call.is_about(upload)
        return bind_answer(upload)

    async def CancelUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.CancelUploadRequest, _context: Context
    ) -> upload_pb2.CancelUploadResponse:
        """Give one of the caller's uploads up."""
        call = CURRENT_CALL.get()
        call.asks_for(request.upload_id)
        upload = await self._use_cases.cancel(call.user, request.upload_id)
        call.is_about(upload)
        return cancel_answer(upload)

    async def ListUploads(  # noqa: N802 - the contract's name
        self, request: upload_pb2.ListUploadsRequest, _context: Context
    ) -> upload_pb2.ListUploadsResponse:
        """List the caller's uploads, one page."""
        user = CURRENT_CALL.get().user
        return page_answer(
            await self._use_cases.list_uploads(
                user, request.status, request.page_size, request.page_token
            )
        )

    async def ReportUploadProgress(  # noqa: N802 - the contract's name
        self, request: upload_pb2.ReportUploadProgressRequest, _context: Context
    ) -> upload_pb2.ReportUploadProgressResponse:
        """Take the client's word on how far an upload is."""
        call = CURRENT_CALL.get()
        report = ProgressReport(
            bytes_persisted=request.bytes_persisted,
            resume_count=request.resume_count,
            offset_mismatch_count=request.offset_mismatch_count,
            precondition_failed_count=request.precondition_failed_count,
        )
        call.asks_for(request.upload_id)
        upload = await self._use_cases.report(call.user, request.upload_id, report)
        call.is_about(upload)
        return progress_answer(upload)
