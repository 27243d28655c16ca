"""Looking at and removing objects, with the real client library against the emulator."""

import asyncio
import contextlib
import hashlib
import socket
import time
import uuid

import pytest

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.domain.errors import StorageUnavailableError
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject
from catalog.emulator import Emulator
from catalog.emulator.faults import Composite, Stall, StorageError

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTENT = b"moving pictures"


def a_ref(name: str = "") -> ObjectRef:
    return ObjectRef("catalog-uploads", name or f"videos/{uuid.uuid4()}/{uuid.uuid4().hex}")


def put(emulator: Emulator, ref: ObjectRef, content: bytes = CONTENT) -> Generation:
    return Generation(emulator.store(ref.name, content, content_type="video/mp4").generation)


@pytest.mark.parametrize(
    "name", ["", "videos/ü b/+&?#~%41//x", "/leading", "trailing/", "a?generation=1", "%2F"]
)
async def test_an_object_is_described_whatever_its_name(
    emulator: Emulator, objects: BucketObjects, name: str
) -> None:
    ref = a_ref(name)
    generation = put(emulator, ref)
    found = await objects.stat(ref)
    assert found is not None
    assert found == StoredObject(
        ref=ref,
        generation=generation,
        size_bytes=len(CONTENT),
        md5=Md5(hashlib.md5(CONTENT).hexdigest()),
        crc32c=found.crc32c,
        etag=found.etag,
        content_type="video/mp4",
    )
    assert len(found.crc32c) == 8
    assert found.etag


async def test_what_is_not_there_is_none(emulator: Emulator, objects: BucketObjects) -> None:
    assert await objects.stat(a_ref()) is None
    assert await objects.stat(ObjectRef("no-such-bucket", "x")) is None


async def test_an_empty_object_is_still_an_object(
    emulator: Emulator, objects: BucketObjects
) -> None:
    ref = a_ref()
    put(emulator, ref, b"")
    found = await objects.stat(ref)
    assert found is not None
    assert found.size_bytes == 0


async def test_a_composite_object_has_no_md5(emulator: Emulator, objects: BucketObjects) -> None:
    ref = a_ref()
    emulator.faults.set(Composite(object=ref.name))
    put(emulator, ref)
    found = await objects.stat(ref)
    assert found is not None
    assert found.md5 is None
    assert found.crc32c


async def test_exactly_the_named_generation_is_deleted(
    emulator: Emulator, objects: BucketObjects
) -> None:
    ref = a_ref()
    old = put(emulator, ref)
    new = put(emulator, ref, b"newer")
    assert await objects.delete(ref, old) is False
    found = await objects.stat(ref)
    assert found is not None
    assert found.generation == new
    assert await objects.delete(ref, new) is True
    assert await objects.stat(ref) is None
    assert await objects.delete(ref, new) is False


async def test_a_passing_fault_is_sat_out(emulator: Emulator, objects: BucketObjects) -> None:
    ref = a_ref()
    generation = put(emulator, ref)
    emulator.faults.set(StorageError(status=503, times=1, object=ref.name))
    assert await objects.stat(ref) is not None
    emulator.faults.set(StorageError(status=503, times=1, object=ref.name))
    assert await objects.delete(ref, generation) is True


async def test_a_deletion_whose_answer_was_lost_is_still_a_deletion(
    emulator: Emulator, objects: BucketObjects
) -> None:
    ref = a_ref()
    generation = put(emulator, ref)
    emulator.faults.set(StorageError(status=503, times=1, object=ref.name, after=True))
    assert await objects.delete(ref, generation) is False
    assert await objects.stat(ref) is None


@pytest.mark.parametrize("status", [400, 401, 403, 412, 429, 500, 503])
async def test_an_error_that_stays_is_unavailability_before_the_deadline(
    emulator: Emulator, status: int
) -> None:
    ref = a_ref()
    generation = put(emulator, ref)
    emulator.faults.set(StorageError(status=status, object=ref.name))
    hasty = BucketObjects(project_id="p", endpoint=emulator.url, deadline_seconds=0.3)
    started = time.monotonic()
    with pytest.raises(StorageUnavailableError) as stat:
        await hasty.stat(ref)
    with pytest.raises(StorageUnavailableError) as delete:
        await hasty.delete(ref, generation)
    assert time.monotonic() - started < 20
    assert ref.name not in f"{stat.value}{delete.value}"
    await hasty.aclose()


async def test_silence_is_unavailability_at_the_deadline(emulator: Emulator) -> None:
    ref = a_ref()
    emulator.faults.set(Stall(seconds=6, object=ref.name))
    hasty = BucketObjects(
        project_id="p", endpoint=emulator.url, deadline_seconds=0.2, request_timeout_seconds=0.1
    )
    started = time.monotonic()
    with pytest.raises(StorageUnavailableError):
        await hasty.stat(ref)
    assert time.monotonic() - started < 5
    await hasty.aclose()


async def test_an_answer_that_trickles_is_unavailability_at_the_deadline() -> None:
    """No single read of it takes long enough for the library to notice."""

    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server:
        endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        hasty = BucketObjects(project_id="p", endpoint=endpoint, deadline_seconds=0.3)
        started = time.monotonic()
        with pytest.raises(StorageUnavailableError):
            await hasty.stat(a_ref())
        assert time.monotonic() - started < 10
        await hasty.aclose()


async def test_nobody_listening_is_unavailability() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and never listens: connections are refused
        endpoint = f"http://127.0.0.1:{bound.getsockname()[1]}"
        nowhere = BucketObjects(project_id="p", endpoint=endpoint, deadline_seconds=0.3)
        with pytest.raises(StorageUnavailableError):
            await nowhere.stat(a_ref())
        await nowhere.aclose()


async def test_many_calls_run_side_by_side(emulator: Emulator, objects: BucketObjects) -> None:
    refs = [a_ref() for _ in range(40)]
    generations = [put(emulator, ref) for ref in refs]
    found = await asyncio.gather(*(objects.stat(ref) for ref in refs))
    assert [each.generation for each in found if each is not None] == generations


async def test_a_closed_store_opens_again_when_needed(
    emulator: Emulator, objects: BucketObjects
) -> None:
    ref = a_ref()
    put(emulator, ref)
    await objects.aclose()
    await objects.aclose()
    assert await objects.stat(ref) is not None
