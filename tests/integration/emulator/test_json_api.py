"""The JSON API, asked by google-cloud-storage itself."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from google.api_core.exceptions import NotFound, PreconditionFailed, ServiceUnavailable
from google.auth.credentials import AnonymousCredentials

from catalog.emulator import Emulator
from catalog.emulator.faults import Composite, StorageError, WrongMd5
from tests.integration.emulator.uploads import a_name
from tests.unit.emulator.google_storage import storage

pytestmark = pytest.mark.asyncio(loop_scope="session")

T = TypeVar("T")


@pytest_asyncio.fixture(loop_scope="session")
async def bucket(emulator: Emulator) -> AsyncIterator[Any]:
    client = storage.Client(
        project="catalog-local",
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]  # untyped
        client_options={"api_endpoint": emulator.url},
    )
    yield client.bucket(emulator.settings.buckets[0])
    client.close()


async def blocking(call: Callable[[], T]) -> T:
    """The library is synchronous; the emulator runs in this very loop."""
    async with asyncio.timeout(20):
        return await asyncio.to_thread(call)


async def test_stat_tells_everything_the_service_tells(emulator: Emulator, bucket: Any) -> None:
    """[storage-discovery] the object resource."""
    stored = emulator.store(a_name(), b"content", content_type="video/webm")
    blob = await blocking(lambda: bucket.get_blob(stored.name))
    assert (blob.generation, blob.metageneration, blob.size) == (stored.generation, 1, 7)
    assert blob.content_type == "video/webm"
    assert blob.md5_hash == base64.b64encode(hashlib.md5(b"content").digest()).decode()
    assert len(base64.b64decode(blob.crc32c)) == 4
    assert blob.id == f"{bucket.name}/{stored.name}/{stored.generation}"
    assert abs((blob.time_created - stored.created_at).total_seconds()) < 0.001
    assert blob.component_count is None
    assert blob.etag


async def test_an_object_that_is_not_there_is_404(bucket: Any) -> None:
    """[storage-discovery] get of an unknown object."""
    assert await blocking(lambda: bucket.get_blob(a_name())) is None
    with pytest.raises(NotFound):
        await blocking(lambda: bucket.blob(a_name()).reload())


async def test_a_generation_addresses_one_revision(emulator: Emulator, bucket: Any) -> None:
    """[storage-discovery] ``generation``: another one than the live one is 404."""
    stored = emulator.store(a_name(), b"content")
    assert await blocking(lambda: bucket.get_blob(stored.name, generation=stored.generation))
    assert not await blocking(lambda: bucket.get_blob(stored.name, generation=1))
    blob = bucket.blob(stored.name)
    with pytest.raises(PreconditionFailed):
        await blocking(lambda: blob.reload(if_generation_match=1))


async def test_delete_by_generation_leaves_a_newer_object_alone(
    emulator: Emulator, bucket: Any
) -> None:
    """[cpp-6910] deletes are addressed with ``generation``: 404 when another one is live."""
    old = emulator.store(a_name(), b"old")
    new = emulator.store(old.name, b"new")
    with pytest.raises(NotFound):
        await blocking(lambda: bucket.blob(old.name, generation=old.generation).delete())
    assert emulator.objects.get(new.bucket, new.name) == new
    await blocking(lambda: bucket.blob(new.name, generation=new.generation).delete())
    assert not new.file.exists()
    with pytest.raises(NotFound):
        await blocking(lambda: bucket.blob(new.name, generation=new.generation).delete())


async def test_delete_with_a_precondition_that_fails_is_412(
    emulator: Emulator, bucket: Any
) -> None:
    """[storage-discovery] ifGenerationMatch."""
    stored = emulator.store(a_name(), b"x")
    with pytest.raises(PreconditionFailed):
        await blocking(lambda: bucket.blob(stored.name).delete(if_generation_match=1))
    matching = stored.generation
    await blocking(lambda: bucket.blob(stored.name).delete(if_generation_match=matching))
    assert stored.name not in {each.name for each in emulator.objects}


async def test_lists_come_in_pages_in_order_of_names(emulator: Emulator, bucket: Any) -> None:
    """[storage-discovery] prefix, startOffset inclusive, endOffset exclusive, maxResults."""
    prefix = a_name("lists/") + "/"
    names = [f"{prefix}{letter}" for letter in "abcdefg"]
    for name in reversed(names):
        emulator.store(name, b"x")

    def listed(**options: Any) -> list[str]:
        return [blob.name for blob in bucket.list_blobs(prefix=prefix, **options)]

    assert await blocking(listed) == names
    assert await blocking(lambda: listed(page_size=2)) == names
    assert await blocking(lambda: listed(start_offset=names[2], page_size=2)) == names[2:]
    assert await blocking(lambda: listed(end_offset=names[2])) == names[:2]
    pages = await blocking(
        lambda: [len(list(p)) for p in bucket.list_blobs(prefix=prefix, page_size=3).pages]
    )
    assert pages == [3, 3, 1]


@pytest.mark.parametrize("name", ["a%2Fb", "ä ö?#&=+", "a//b/", "x" * 1024, "dots/../more"])
async def test_any_object_name_survives_the_way(emulator: Emulator, bucket: Any, name: str) -> None:
    """[storage-quotas] names are up to 1024 bytes of UTF-8."""
    stored = emulator.store(name, b"x")
    blob = await blocking(lambda: bucket.get_blob(name))
    assert (blob.name, blob.generation) == (name, stored.generation)


async def test_an_empty_list_is_empty(bucket: Any) -> None:
    """[storage-discovery] no ``items`` at all."""
    assert await blocking(lambda: list(bucket.list_blobs(prefix="nothing/here"))) == []


async def test_the_bytes_can_be_read_whole_and_in_part(emulator: Emulator, bucket: Any) -> None:
    """[storage-discovery] ``alt=media``; the library checks x-goog-hash as it reads."""
    stored = emulator.store(a_name(), bytes(range(256)))
    blob = await blocking(lambda: bucket.get_blob(stored.name))
    assert await blocking(blob.download_as_bytes) == bytes(range(256))
    assert await blocking(lambda: blob.download_as_bytes(start=10, end=19)) == bytes(range(10, 20))


async def test_an_unknown_bucket_is_404(emulator: Emulator, bucket: Any) -> None:
    """[storage-discovery] get of an unknown bucket, and of an object in one."""
    client = bucket.client
    assert await blocking(lambda: client.lookup_bucket("another-bucket")) is None
    assert await blocking(lambda: client.lookup_bucket(bucket.name))
    with pytest.raises(NotFound):
        await blocking(lambda: client.bucket("another-bucket").blob("a").reload())


async def test_composite_objects_have_components_and_no_md5(
    emulator: Emulator, bucket: Any
) -> None:
    """[object-checksums] not every object has an MD5; composites have only crc32c."""
    emulator.faults.set(Composite(components=3))
    stored = emulator.store(a_name(), b"x")
    blob = await blocking(lambda: bucket.get_blob(stored.name))
    assert (blob.md5_hash, blob.component_count) == (None, 3)


async def test_a_wrong_md5_is_reported_by_stat(emulator: Emulator, bucket: Any) -> None:
    """A fault: the bytes are right and the reported hash is not."""
    emulator.faults.set(WrongMd5(times=1))
    stored = emulator.store(a_name(), b"x")
    blob = await blocking(lambda: bucket.get_blob(stored.name))
    assert blob.md5_hash == base64.b64encode(bytes(16)).decode()


async def test_a_fault_answers_like_the_json_api(emulator: Emulator, bucket: Any) -> None:
    """[py-retry] 503 is what clients retry."""
    stored = emulator.store(a_name(), b"x")
    emulator.faults.set(StorageError(status=503, operation="stat", times=1))
    with pytest.raises(ServiceUnavailable):
        await blocking(lambda: bucket.blob(stored.name).reload(retry=None))
    assert await blocking(lambda: bucket.get_blob(stored.name))
