"""A bucket whose list breaks off, and a world to walk over it."""

import pytest

from catalog.adapters.memory.objects import MemoryObjects
from catalog.application.upkeep_records import ObjectPage
from catalog.domain.errors import StorageUnavailableError
from tests.support.world import World, memory_world
from tests.unit.application.upkeep_over_memory import put, upkeep


class Breaking(MemoryObjects):
    """Lists so many pages and then none."""

    pages = 1000
    listed = 0

    async def page(
        self,
        bucket: str,
        *,
        prefix: str,
        limit: int,
        after: str | None = None,
        upto: str | None = None,
    ) -> ObjectPage:
        self.pages -= 1
        if self.pages < 0:
            raise StorageUnavailableError
        self.listed += 1
        return await super().page(bucket, prefix=prefix, limit=limit, after=after, upto=upto)


async def completed_and_waiting(world: World) -> None:
    for _ in range(5):
        await world.completed()
        put(world, await world.waiting())


async def broken_off() -> tuple[World, Breaking]:
    """Five completed and five missed uploads, of which a walk saw six; the list works again."""
    objects = Breaking()
    world = memory_world(objects=objects)
    await completed_and_waiting(world)
    objects.pages = 3
    with pytest.raises(StorageUnavailableError):
        await upkeep(world).sweep(page_size=2)
    objects.pages, objects.listed = 1000, 0
    return world, objects
