"""A real gRPC server that plays Catalog towards the client, over a running emulator.

It signs with google-cloud-storage, and knows an upload to be completed when the emulator has
an object with its MD5, unless it is told to have missed the notification.
"""

import asyncio
import contextlib
import uuid
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import grpc
from grpc import StatusCode

from catalog.api.video.v1 import upload_pb2, upload_pb2_grpc, video_pb2, video_pb2_grpc
from catalog.emulator import Emulator
from tests.integration.client.refusals import Context, Refusal, abort

with warnings.catch_warnings():
    # It advises to install grpcio-status, of which its HTTP client makes no use.
    warnings.simplefilter("ignore", ImportWarning)
    from google.cloud import storage


@dataclass
class KnownUpload:
    """What the server keeps of one upload."""

    upload_id: str
    object_name: str
    md5_hex: str
    request: upload_pb2.InitResumableUploadRequest
    error_code: str = ""
    attempt: int = 1


class CatalogServer(upload_pb2_grpc.UploadServiceServicer, video_pb2_grpc.VideoServiceServicer):
    """Both services; its public attributes are the switches of a test."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        # The life of each URL to come; the last one stays.
        self.url_lives = [timedelta(minutes=15)]
        # Headers that are signed otherwise than the answer says, or not named in it at all.
        self.signed_otherwise: dict[str, str] = {}
        # With what each Init to come makes the upload fail behind the client's back.
        self.fails_after_init: list[str] = []
        self.target = ""
        self.uploads: dict[tuple[str, str], KnownUpload] = {}
        self.init_calls = 0
        self.get_calls = 0
        self.notified = True
        self.refusal: Refusal | None = None
        self.reports: list[upload_pb2.ReportUploadProgressRequest] = []
        self.report_refusal: Refusal | None = None
        # How long each report to come is left without an answer.
        self.report_stall = 0.0
        self.videos: dict[str, video_pb2.Video] = {}
        self.chunk_bytes = 8 * 1024 * 1024
        key_file = str(emulator.service_account_file)
        self._signer: Any = storage.Client.from_service_account_json(key_file)  # type: ignore[no-untyped-call]  # google ships no types here

    async def InitResumableUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.InitResumableUploadRequest, context: Context
    ) -> upload_pb2.InitResumableUploadResponse:
        await self._refuse_if_told(context)
        self.init_calls += 1
        user_id = _user(context)
        known = self._known(user_id, request)
        answer = upload_pb2.InitResumableUploadResponse(
            upload_id=known.upload_id,
            bucket=self.emulator.settings.buckets[0],
            object_name=known.object_name,
            status=self._status(known),
            video_id=request.video_id,
            chunk_multiple_bytes=262_144,
            recommended_chunk_bytes=self.chunk_bytes,
            attempt=known.attempt,
        )
        if answer.status == "completed":
            answer.already_completed = True
        else:
            self._sign(answer, request.content_type)
        if self.fails_after_init:
            known.error_code = self.fails_after_init.pop(0)
        return answer

    async def GetUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.GetUploadRequest, context: Context
    ) -> upload_pb2.GetUploadResponse:
        await self._refuse_if_told(context)
        self.get_calls += 1
        return self._shown(await self._found(request.upload_id, context))

    async def CancelUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.CancelUploadRequest, context: Context
    ) -> upload_pb2.CancelUploadResponse:
        await self._refuse_if_told(context)
        (await self._found(request.upload_id, context)).error_code = "CANCELLED"
        return upload_pb2.CancelUploadResponse(status="failed", error_code="CANCELLED", version=2)

    async def ReportUploadProgress(  # noqa: N802 - the contract's name
        self, request: upload_pb2.ReportUploadProgressRequest, context: Context
    ) -> upload_pb2.ReportUploadProgressResponse:
        self.reports.append(request)
        await asyncio.sleep(self.report_stall)
        if self.report_refusal is not None:
            await abort(context, self.report_refusal)
        known = await self._found(request.upload_id, context)
        return upload_pb2.ReportUploadProgressResponse(
            status=self._status(known), bytes_reported=request.bytes_persisted
        )

    async def ListUploads(  # noqa: N802 - the contract's name
        self, request: upload_pb2.ListUploadsRequest, context: Context
    ) -> upload_pb2.ListUploadsResponse:
        await self._refuse_if_told(context)
        user = _user(context)
        own = [known for (owner, _), known in self.uploads.items() if owner == user]
        first = int(request.page_token or 0)
        last = first + request.page_size
        return upload_pb2.ListUploadsResponse(
            uploads=[self._shown(known) for known in own[first:last]],
            next_page_token=str(last) if last < len(own) else "",
        )

    async def BindUploadToVideo(  # noqa: N802 - the contract's name
        self, request: upload_pb2.BindUploadToVideoRequest, context: Context
    ) -> upload_pb2.BindUploadToVideoResponse:
        raise AssertionError("the client has no such call")

    async def CreateVideo(  # noqa: N802 - the contract's name
        self, request: video_pb2.CreateVideoRequest, context: Context
    ) -> video_pb2.CreateVideoResponse:
        await self._refuse_if_told(context)
        video = video_pb2.Video(
            video_id=str(uuid.uuid4()), title=request.title, description=request.description
        )
        self.videos[video.video_id] = video
        return video_pb2.CreateVideoResponse(video=video)

    async def GetVideo(  # noqa: N802 - the contract's name
        self, request: video_pb2.GetVideoRequest, context: Context
    ) -> video_pb2.GetVideoResponse:
        await self._refuse_if_told(context)
        return video_pb2.GetVideoResponse(video=self.videos[request.video_id])

    async def _found(self, upload_id: str, context: Context) -> KnownUpload:
        for known in self.uploads.values():
            if known.upload_id == upload_id:
                return known
        await abort(context, Refusal(StatusCode.NOT_FOUND, "UPLOAD_NOT_FOUND"))
        raise AssertionError("abort raises")

    def _known(self, user_id: str, request: upload_pb2.InitResumableUploadRequest) -> KnownUpload:
        name = f"videos/{user_id}/{request.content_md5_hex}"
        key = (user_id, request.content_md5_hex)
        fresh = KnownUpload(str(uuid.uuid4()), name, request.content_md5_hex, request)
        known = self.uploads.setdefault(key, fresh)
        if request.video_id:
            known.request = request
        if known.error_code:
            known.error_code, known.attempt = "", known.attempt + 1
        return known

    def _status(self, known: KnownUpload) -> str:
        if known.error_code:
            return "failed"
        stored = any(
            each.name == known.object_name and each.md5.hex() == known.md5_hex
            for each in self.emulator.objects
        )
        return "completed" if stored and self.notified else "pending"

    def _shown(self, known: KnownUpload) -> upload_pb2.GetUploadResponse:
        shown = upload_pb2.GetUploadResponse(
            status=self._status(known),
            upload_id=known.upload_id,
            bucket=self.emulator.settings.buckets[0],
            object_name=known.object_name,
            video_id=known.request.video_id,
            error_code=known.error_code,
        )
        if shown.status == "completed":
            live = self.emulator.objects.get(shown.bucket, known.object_name)
            shown.gcs_generation = str(live.generation)
            shown.size_bytes = live.size
            shown.md5_hash_hex = live.md5.hex()
        return shown

    def _sign(self, answer: upload_pb2.InitResumableUploadResponse, content_type: str) -> None:
        headers = {
            "host": urlsplit(self.emulator.url).netloc,
            "content-type": content_type,
            "x-upload-content-type": content_type,
            "x-goog-resumable": "start",
            "x-goog-if-generation-match": "0",
        }
        blob = self._signer.bucket(answer.bucket).blob(answer.object_name)
        answer.resumable_init_method = "POST"
        answer.resumable_init_headers.update(headers)
        life = self.url_lives.pop(0) if len(self.url_lives) > 1 else self.url_lives[0]
        answer.resumable_init_url = blob.generate_signed_url(
            version="v4",
            method="POST",
            expiration=life,
            headers={**headers, **self.signed_otherwise},
            api_access_endpoint=self.emulator.url,
        )

    async def _refuse_if_told(self, context: Context) -> None:
        refusal = self.refusal
        if refusal is not None and refusal.times > 0:
            refusal.times -= 1
            await abort(context, refusal)


@contextlib.asynccontextmanager
async def run_catalog(emulator: Emulator) -> AsyncIterator[CatalogServer]:
    """Serve on a free loopback port until the block is left."""
    catalog = CatalogServer(emulator)
    server = grpc.aio.server()
    upload_pb2_grpc.add_UploadServiceServicer_to_server(catalog, server)
    video_pb2_grpc.add_VideoServiceServicer_to_server(catalog, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    catalog.target = f"127.0.0.1:{port}"
    try:
        yield catalog
    finally:
        await server.stop(grace=None)


def _user(context: Context) -> str:
    values = [v for k, v in context.invocation_metadata() or () if k == "user_id"]
    assert len(values) == 1
    return str(values[0])
