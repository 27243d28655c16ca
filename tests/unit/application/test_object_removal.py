"""The delete rule: a tombstone first, never a live object of a completed upload."""

import pytest

from catalog.application.records import Tombstone
from catalog.domain.errors import StorageUnavailableError
from catalog.domain.values import StoredObject
from tests.support.builders import a_stored_object, init_facts
from tests.support.world import World


async def bury(world: World, stored: StoredObject) -> None:
    async with world.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "sweep"))


async def test_a_buried_object_is_removed_and_its_tombstone_stays(world: World) -> None:
    upload = await world.failed()
    [tombstone] = await world.ledger.tombstones(upload.ref)
    assert await world.removal.remove(upload.ref, tombstone.generation) is True
    assert upload.ref not in world.objects.live
    assert [each.deleted for each in await world.ledger.tombstones(upload.ref)] == [True]


async def test_removing_twice_is_as_good_as_once(world: World) -> None:
    upload = await world.failed()
    [tombstone] = await world.ledger.tombstones(upload.ref)
    for _ in range(2):
        assert await world.removal.remove(upload.ref, tombstone.generation) is True
    assert len(world.objects.deleted) == 1


async def test_an_object_of_no_upload_is_removed(world: World) -> None:
    orphan = world.objects.put(a_stored_object(init_facts()))
    await bury(world, orphan)
    assert await world.removal.remove(orphan.ref, orphan.generation) is True
    assert world.objects.live == {}


async def test_the_generation_that_completed_loses_its_tombstone_not_its_bytes(
    world: World,
) -> None:
    upload = await world.completed()
    live = world.objects.live[upload.ref]
    await bury(world, live)
    assert await world.removal.remove(upload.ref, live.generation) is False
    assert world.objects.live[upload.ref] == live
    assert await world.ledger.tombstones(upload.ref) == []


async def test_another_generation_of_a_completed_upload_is_removed(world: World) -> None:
    upload = await world.completed()
    other = world.objects.put(a_stored_object(upload))
    await bury(world, other)
    assert await world.removal.remove(upload.ref, other.generation) is True
    assert world.objects.live == {}


async def test_a_failed_delete_leaves_the_tombstone_unfinished(world: World) -> None:
    upload = await world.failed()
    [tombstone] = await world.ledger.tombstones(upload.ref)
    world.objects.available = False
    with pytest.raises(StorageUnavailableError):
        await world.removal.remove(upload.ref, tombstone.generation)
    assert await world.ledger.tombstones(upload.ref) == [tombstone]
