"""The main job, in process: Init, upload, push, completed."""

import hashlib
import uuid
from pathlib import Path

from catalog.api.video.v1 import upload_pb2
from catalog.client import CatalogClient, Uploader, UploadOptions
from tests.support.service import Rpc, Service


async def test_a_file_becomes_a_completed_upload_and_a_processing_video(
    live: Service, tmp_path: Path
) -> None:
    file = tmp_path / "film.mp4"
    file.write_bytes(b"film" * 100_000)
    async with CatalogClient(live.target, str(uuid.uuid4())) as client:
        result = await Uploader(client).upload(file, UploadOptions(watch=True))
        video = await client.get_video(result.video_id)
    assert result.status == "completed"
    assert result.md5_hex == hashlib.md5(file.read_bytes()).hexdigest()
    assert video.status == "processing"


async def test_init_answers_with_everything_needed_to_start(rpc: Rpc) -> None:
    answer = await rpc.uploads.InitResumableUpload(
        upload_pb2.InitResumableUploadRequest(
            filename="a.mp4", content_type="video/mp4", content_md5_hex="A" * 32
        ),
        metadata=(("user_id", str(uuid.uuid4())),),
    )
    assert answer.object_name.endswith("/" + "a" * 32)
    assert answer.resumable_init_method == "POST"
    assert answer.resumable_init_headers["x-goog-if-generation-match"] == "0"
    assert answer.chunk_multiple_bytes == 262_144
