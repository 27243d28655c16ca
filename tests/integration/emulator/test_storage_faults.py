"""Storage requests that fail, stall, or break off half way."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest

from catalog.emulator import Emulator
from catalog.emulator.faults import Cut, Generation, Stall, StorageError
from tests.integration.emulator.uploads import KIB_256, Upload, open_upload, some_bytes
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = some_bytes(3 * KIB_256 + 11)
TOTAL = len(BODY)


def stored(emulator: Emulator, name: str) -> bytes:
    return emulator.objects.get(emulator.settings.buckets[0], name).file.read_bytes()


async def resume(upload: Upload) -> httpx.Response:
    """What a client does after a broken chunk: ask, then send the rest."""
    answer = await upload.status(TOTAL)
    if answer.status_code == 200:
        return answer
    persisted = answer.headers.get("range", "bytes=0--1")
    offset = int(persisted.removeprefix("bytes=0-")) + 1
    return await upload.chunk(BODY[offset:], offset, TOTAL)


@pytest.mark.parametrize("after_bytes", [0, 1, KIB_256 - 1, KIB_256, 2 * KIB_256 + 5, TOTAL - 1])
async def test_a_cut_upload_keeps_whole_multiples_and_can_be_resumed(
    emulator: Emulator, http: httpx.AsyncClient, after_bytes: int
) -> None:
    """[node-resumable] never assume that all bytes sent were kept: ask, continue from there."""
    upload = await open_upload(emulator, http)
    emulator.faults.set(Cut(after_bytes=after_bytes, times=1, object=upload.name))
    with pytest.raises(httpx.TransportError):
        await upload.chunk(BODY, 0, TOTAL)
    answer = await upload.status(TOTAL)
    kept = after_bytes // KIB_256 * KIB_256
    assert answer.headers.get("range") == (f"bytes=0-{kept - 1}" if kept else None)
    assert (await resume(upload)).status_code == 200
    assert stored(emulator, upload.name) == BODY


async def test_a_cut_may_be_placed_at_an_offset_of_the_object(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """Chunks that end before it pass; the one that reaches it is cut."""
    upload = await open_upload(emulator, http)
    emulator.faults.set(Cut(at_offset=2 * KIB_256 + 7, times=1, object=upload.name))
    assert (await upload.chunk(BODY[:KIB_256], 0, TOTAL)).status_code == 308
    with pytest.raises(httpx.TransportError):
        await upload.chunk(BODY[KIB_256:], KIB_256, TOTAL)
    answer = await upload.status()
    assert answer.headers["range"] == f"bytes=0-{2 * KIB_256 - 1}"
    assert (await resume(upload)).status_code == 200


async def test_the_request_log_proves_that_no_persisted_byte_was_sent_twice(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    upload = await open_upload(emulator, http)
    emulator.faults.set(Cut(after_bytes=2 * KIB_256 + 100, times=1, object=upload.name))
    with pytest.raises(httpx.TransportError):
        await upload.chunk(BODY, 0, TOTAL)
    await resume(upload)
    cut, completed = emulator.requests.entries("put", upload.name)
    assert (cut.status, cut.bytes_received) == (None, 2 * KIB_256 + 100)
    assert cut.persisted_after == completed.persisted_before == 2 * KIB_256
    assert completed.content_range == f"bytes {2 * KIB_256}-{TOTAL - 1}/{TOTAL}"
    assert (completed.status, completed.persisted_after) == (200, TOTAL)
    [status] = emulator.requests.entries("status", upload.name)
    assert (status.status, status.range) == (308, f"bytes=0-{2 * KIB_256 - 1}")


async def test_a_client_that_goes_away_leaves_what_arrived(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[performing-resumable] the connection may break at any byte."""
    upload = await open_upload(emulator, http)
    url = httpx.URL(upload.uri)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = f"PUT {url.raw_path.decode()} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n"
    length = f"Content-Length: {TOTAL}\r\nContent-Range: bytes 0-{TOTAL - 1}/{TOTAL}\r\n\r\n"
    writer.write((head + length).encode() + BODY[: 2 * KIB_256 + 9])
    await writer.drain()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    await until(
        lambda: (
            [e.persisted_after for e in emulator.requests.entries("put", upload.name)]
            == [2 * KIB_256]
        )
    )
    assert (await resume(upload)).status_code == 200
    assert stored(emulator, upload.name) == BODY
    assert reader.at_eof()


async def test_a_stuck_upload_gives_way_to_its_successor(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """A client that lost its network comes back while the old connection still looks alive."""
    upload = await open_upload(emulator, http)
    blocked = asyncio.Event()

    async def half() -> httpx.Response:
        async def body() -> AsyncIterator[bytes]:
            yield BODY[:KIB_256]
            await blocked.wait()

        sent = {"content-range": f"bytes 0-{TOTAL - 1}/{TOTAL}", "content-length": str(TOTAL)}
        return await http.put(upload.uri, content=body(), headers=sent)

    stuck = asyncio.create_task(half())
    await until(
        lambda: any(
            e.bytes_received == KIB_256 for e in emulator.requests.entries("put", upload.name)
        )
    )
    assert (await upload.status()).status_code == 308
    assert (await upload.chunk(BODY, 0, TOTAL)).status_code == 200
    stuck.cancel()
    await asyncio.wait([stuck])
    assert [e.status for e in emulator.requests.entries("put", upload.name)] == [None, 200]
    assert stored(emulator, upload.name) == BODY


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_an_error_before_the_effect_changes_nothing(
    emulator: Emulator, http: httpx.AsyncClient, status: int
) -> None:
    """[py-retry] what clients retry after a status query."""
    upload = await open_upload(emulator, http)
    emulator.faults.set(StorageError(status=status, operation="put", times=1))
    refused = await upload.chunk(BODY, 0, TOTAL)
    assert (refused.status_code, "<Error>" in refused.text) == (status, True)
    assert "range" not in (await upload.status()).headers
    assert (await resume(upload)).status_code == 200


async def test_an_error_after_the_effect_hides_a_success(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """The answer is lost, the object exists: only a status query tells."""
    upload = await open_upload(emulator, http)
    emulator.faults.set(StorageError(status=502, operation="put", times=1, after=True))
    assert (await upload.chunk(BODY, 0, TOTAL)).status_code == 502
    assert (await resume(upload)).status_code == 200
    assert stored(emulator, upload.name) == BODY


async def test_one_operation_fails_and_the_others_work(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    upload = await open_upload(emulator, http)
    emulator.faults.set(StorageError(status=503, operation="status"))
    assert (await upload.chunk(BODY[:KIB_256], 0, TOTAL)).status_code == 308
    assert (await upload.status()).status_code == 503


async def test_a_stalled_request_waits_and_then_works(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    upload = await open_upload(emulator, http)
    emulator.faults.set(Stall(seconds=0.2, operation="put", times=1))
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert (await upload.put(BODY)).status_code == 200
    assert loop.time() - started >= 0.2


async def test_the_generation_can_be_dictated(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """A fault of ours: an older generation after a newer one."""
    upload = await open_upload(emulator, http)
    emulator.faults.set(Generation(value=42, times=1, object=upload.name))
    answer = await upload.put(BODY)
    assert answer.headers["x-goog-generation"] == "42"
    assert answer.headers["etag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
