"""The bucket: what is live, and removal of exactly one generation."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from catalog.adapters.memory.objects import MemoryObjects
from catalog.application.ports import ObjectStore
from catalog.domain.errors import StorageUnavailableError
from catalog.domain.values import Generation, Md5, ObjectRef
from catalog.emulator.faults import Composite, StorageError
from tests.contract.conftest import CloudStorage
from tests.support.builders import BUCKET, a_stored_object, init_facts

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True, slots=True)
class Bucket:
    """An object store under the contract and the world's side of it."""

    objects: ObjectStore
    put: Callable[[ObjectRef, bytes], Generation]
    put_composite: Callable[[ObjectRef], Generation]
    down: Callable[[], ObjectStore]
    """The same bucket, out of order from now on."""


def in_memory() -> Bucket:
    objects = MemoryObjects()

    def put(ref: ObjectRef, content: bytes, *, composite: bool = False) -> Generation:
        stored = a_stored_object(
            init_facts(ref=ref),
            md5=None if composite else Md5(hashlib.md5(content).hexdigest()),
            size_bytes=len(content),
        )
        return objects.put(stored).generation

    def down() -> ObjectStore:
        objects.available = False
        return objects

    return Bucket(objects, put, lambda ref: put(ref, b"x", composite=True), down)


def over(storage: CloudStorage) -> Bucket:
    emulator = storage.emulator

    def put(ref: ObjectRef, content: bytes) -> Generation:
        return Generation(emulator.store(ref.name, content, content_type="video/mp4").generation)

    def put_composite(ref: ObjectRef) -> Generation:
        emulator.faults.set(Composite(times=1))
        return put(ref, b"x")

    def down() -> ObjectStore:
        emulator.faults.set(StorageError(status=503))
        return storage.impatient

    return Bucket(storage.objects, put, put_composite, down)


@pytest.fixture(params=["memory", "gcs"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    if request.param == "memory":
        return in_memory()
    return over(request.getfixturevalue("cloud_storage"))


def a_ref() -> ObjectRef:
    return ObjectRef(BUCKET, f"videos/{uuid.uuid4()}/{uuid.uuid4().hex}")


async def test_a_live_object_is_described(bucket: Bucket) -> None:
    ref = a_ref()
    generation = bucket.put(ref, b"moving pictures")
    stored = await bucket.objects.stat(ref)
    assert stored is not None
    assert (stored.ref, stored.generation) == (ref, generation)
    assert stored.md5 == Md5(hashlib.md5(b"moving pictures").hexdigest())
    assert (stored.size_bytes, stored.content_type) == (15, "video/mp4")
    assert stored.crc32c
    assert stored.etag


async def test_nothing_is_described_where_nothing_is(bucket: Bucket) -> None:
    assert await bucket.objects.stat(a_ref()) is None


async def test_only_the_newest_generation_is_live(bucket: Bucket) -> None:
    ref = a_ref()
    older = bucket.put(ref, b"older")
    newer = bucket.put(ref, b"newer")
    assert newer > older
    stored = await bucket.objects.stat(ref)
    assert stored is not None
    assert stored.generation == newer


async def test_a_composite_object_has_no_md5(bucket: Bucket) -> None:
    ref = a_ref()
    bucket.put_composite(ref)
    stored = await bucket.objects.stat(ref)
    assert stored is not None
    assert stored.md5 is None
    assert stored.crc32c


async def test_a_deleted_generation_is_gone_and_deleting_it_again_says_so(bucket: Bucket) -> None:
    ref = a_ref()
    generation = bucket.put(ref, b"x")
    assert await bucket.objects.delete(ref, generation) is True
    assert await bucket.objects.stat(ref) is None
    assert await bucket.objects.delete(ref, generation) is False


async def test_deleting_an_older_generation_leaves_the_live_one(bucket: Bucket) -> None:
    ref = a_ref()
    older = bucket.put(ref, b"older")
    newer = bucket.put(ref, b"newer")
    assert await bucket.objects.delete(ref, older) is False
    stored = await bucket.objects.stat(ref)
    assert stored is not None
    assert stored.generation == newer


async def test_deleting_a_generation_that_never_was_leaves_the_live_one(bucket: Bucket) -> None:
    ref = a_ref()
    bucket.put(ref, b"x")
    assert await bucket.objects.delete(ref, Generation(1)) is False
    assert await bucket.objects.stat(ref) is not None


async def test_storage_that_is_down_is_a_passing_fault(bucket: Bucket) -> None:
    ref = a_ref()
    generation = bucket.put(ref, b"x")
    objects = bucket.down()
    with pytest.raises(StorageUnavailableError):
        await objects.stat(ref)
    with pytest.raises(StorageUnavailableError):
        await objects.delete(ref, generation)
