"""Files of awkward and of large size, through the whole service; memory stays flat."""

import asyncio
import hashlib
import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from catalog.client import CatalogClient, Uploader, UploadOptions
from tests.e2e.sites import Site
from tests.support.commands import end_of, started

pytestmark = pytest.mark.asyncio(loop_scope="module")
MIB = 1024 * 1024
CHUNK = 8 * MIB
LARGE = 512 * MIB


@pytest.mark.parametrize(
    ("size", "chunks"), [(1, 1), (CHUNK - 1, 1), (CHUNK, 1), (CHUNK + 1, 2), (2 * CHUNK, 2)]
)
async def test_a_file_of_an_awkward_size_arrives_whole(
    site: Site, tmp_path: Path, size: int, chunks: int
) -> None:
    file = tmp_path / "film.mp4"
    file.write_bytes(os.urandom(size))
    async with CatalogClient(site.service.target, str(uuid.uuid4())) as client:
        result = await Uploader(client).upload(file, UploadOptions(watch=True))
        upload = await client.get_upload(result.upload_id)
    stored = site.emulator.objects.get(upload.bucket, upload.object_name)
    assert stored.file.read_bytes() == file.read_bytes()
    assert len(site.emulator.requests.entries("put", upload.object_name)) == chunks
    assert (upload.status, upload.size_bytes) == ("completed", size)
    assert upload.md5_hash_hex == hashlib.md5(file.read_bytes()).hexdigest()


class Peak:
    """The most memory that a process took while it was watched, in bytes."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.first = self.most = self._process.memory_info().rss

    async def watch(self) -> None:
        while True:
            self.most = max(self.most, self._process.memory_info().rss)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _watched(pid: int) -> AsyncIterator[Peak]:
    peak = Peak(pid)
    watching = asyncio.create_task(peak.watch())
    try:
        yield peak
    finally:
        watching.cancel()


async def test_512_mib_go_through_in_flat_memory(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    with file.open("wb") as sparse:
        sparse.truncate(LARGE)
    user = ("--server", site.service.target, "--user-id", str(uuid.uuid4()))
    async with (
        _watched(os.getpid()) as emulator,
        started("upload", file, "--watch", "--json", *user, folder=tmp_path) as process,
        _watched(process.pid) as client,
    ):
        ended = await end_of(process)
    assert (ended.code, ended.err) == (0, "")
    result = json.loads(ended.out)
    assert (result["status"], result["size_bytes"]) == ("completed", LARGE)
    stored = site.emulator.objects.get(result["bucket"], result["object_name"])
    assert stored.file.stat().st_size == LARGE
    # The interpreter with all its libraries takes some 80 MiB of the client's.
    assert client.most < 160 * MIB
    assert emulator.most - emulator.first < 64 * MIB
