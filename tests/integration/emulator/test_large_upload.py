"""128 MiB through the emulator: memory stays flat, and others are still served."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from catalog.emulator import Emulator
from tests.integration.emulator.uploads import open_upload

pytestmark = pytest.mark.asyncio(loop_scope="session")

MIB = 1 << 20
SIZE = 128 * MIB
CHUNK = 8 * MIB
GROWTH = 64 * MIB


async def _sparse_chunk(path: Path, offset: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        for _ in range(CHUNK // MIB):
            yield file.read(MIB)


async def test_memory_grows_by_far_less_than_a_file_that_goes_through(
    emulator: Emulator, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    """[resumable-uploads] 8 MiB chunks, as most clients send."""
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(SIZE)
    upload = await open_upload(emulator, http)
    process = psutil.Process()
    before = peak = process.memory_info().rss
    for offset in range(0, SIZE, CHUNK):
        headers = {
            "content-range": f"bytes {offset}-{offset + CHUNK - 1}/{SIZE}",
            "content-length": str(CHUNK),
        }
        body = _sparse_chunk(sparse, offset)
        answer = await http.put(upload.uri, content=body, headers=headers)
        peak = max(peak, process.memory_info().rss)
    assert answer.status_code == 200
    assert peak - before < GROWTH
    stored = emulator.objects.get(emulator.settings.buckets[0], upload.name)
    assert stored.size == stored.file.stat().st_size == SIZE
    assert stored.md5.hex() == "fde9e0818281836e4fc0edfede2b8762"
    emulator.objects.delete(stored.bucket, stored.name, stored.generation, None)


async def test_a_large_upload_does_not_starve_other_requests(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """Hashing happens in blocks of a MiB on a thread."""
    upload = await open_upload(emulator, http)
    loop = asyncio.get_running_loop()
    uploading = asyncio.create_task(upload.put(bytes(64 * MIB)))
    waits = []
    while not uploading.done():
        started = loop.time()
        assert (await http.get(emulator.certs_url)).status_code == 200
        waits.append(loop.time() - started)
    assert (await uploading).status_code == 200
    assert max(waits) < 2.0
    assert (
        emulator.objects.get(emulator.settings.buckets[0], upload.name).md5
        == hashlib.md5(bytes(64 * MIB)).digest()
    )
