"""The bucket page by page: every live object once, in the order of names."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from catalog.adapters.memory.objects import MemoryObjects
from catalog.application.ports import ObjectListing
from catalog.application.upkeep_records import ListedObject
from catalog.domain.errors import StorageUnavailableError
from catalog.domain.values import ObjectRef
from catalog.emulator.faults import StorageError
from tests.contract.conftest import CloudStorage
from tests.support.builders import BUCKET, a_stored_object, init_facts

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True, slots=True)
class Bucket:
    listing: ObjectListing
    prefix: str
    """Of the names of one test."""
    store: Callable[[str], None]
    down: Callable[[], ObjectListing]

    def put(self, *names: str) -> list[str]:
        full = [f"{self.prefix}{name}" for name in names]
        for name in full:
            self.store(name)
        return sorted(full)

    async def walk(self, limit: int, upto: str | None = None) -> list[ListedObject]:
        """List everything, page by page."""
        found: list[ListedObject] = []
        more = True
        while more:
            after = found[-1].stored.ref.name if found else None
            page = await self.listing.page(
                BUCKET, prefix=self.prefix, limit=limit, after=after, upto=upto
            )
            assert len(page.objects) <= limit
            found += page.objects
            more = page.more
        return found


def in_memory() -> Bucket:
    objects = MemoryObjects()

    def store(name: str) -> None:
        objects.put(a_stored_object(init_facts(ref=ObjectRef(BUCKET, name)), size_bytes=3))

    def down() -> ObjectListing:
        objects.available = False
        return objects

    return Bucket(objects, f"{uuid.uuid4()}/", store, down)


def over(storage: CloudStorage) -> Bucket:
    emulator = storage.emulator

    def store(name: str) -> None:
        emulator.store(name, b"abc", content_type="video/mp4")

    def down() -> ObjectListing:
        emulator.faults.set(StorageError(status=503, operation="list"))
        return storage.impatient

    return Bucket(storage.objects, f"{uuid.uuid4()}/", store, down)


@pytest.fixture(params=["memory", "gcs"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    if request.param == "memory":
        return in_memory()
    return over(request.getfixturevalue("cloud_storage"))


def names(listed: list[ListedObject]) -> list[str]:
    return [each.stored.ref.name for each in listed]


@pytest.mark.parametrize("limit", [2, 3, 4, 5, 1000])
async def test_pages_put_together_are_the_bucket(bucket: Bucket, limit: int) -> None:
    wanted = bucket.put("d", "b", "a", "c", "b/1")
    assert names(await bucket.walk(limit)) == wanted


async def test_an_empty_bucket_is_one_empty_page(bucket: Bucket) -> None:
    assert await bucket.walk(10) == []


async def test_only_names_of_the_prefix_are_listed(bucket: Bucket) -> None:
    bucket.store(f"other/{uuid.uuid4()}")
    wanted = bucket.put("a")
    assert names(await bucket.walk(10)) == wanted


async def test_a_list_ends_with_the_last_name_that_is_wanted(bucket: Bucket) -> None:
    wanted = bucket.put("a", "b", "c", "d")
    assert names(await bucket.walk(2, upto=wanted[2])) == wanted[:3]
    assert names(await bucket.walk(2, upto=f"{wanted[1]}x")) == wanted[:2]


async def test_a_name_that_is_gone_is_as_good_a_place_to_go_on_from(bucket: Bucket) -> None:
    wanted = bucket.put("a", "c")
    page = await bucket.listing.page(
        BUCKET, prefix=bucket.prefix, limit=10, after=f"{bucket.prefix}b"
    )
    assert names(list(page.objects)) == wanted[1:]


async def test_a_listed_object_is_described_as_a_look_at_it_would(bucket: Bucket) -> None:
    bucket.put("a")
    [listed] = await bucket.walk(10)
    stored = listed.stored
    assert stored.ref == ObjectRef(BUCKET, f"{bucket.prefix}a")
    assert (stored.size_bytes, stored.content_type) == (3, "video/mp4")
    assert stored.md5 is not None
    assert stored.crc32c
    assert stored.etag
    assert abs(listed.created_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_storage_that_is_down_is_a_passing_fault(bucket: Bucket) -> None:
    bucket.put("a")
    listing = bucket.down()
    with pytest.raises(StorageUnavailableError):
        await listing.page(BUCKET, prefix=bucket.prefix, limit=10)
