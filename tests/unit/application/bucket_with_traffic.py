"""A bucket in which things happen while somebody looks at it."""

from collections.abc import Awaitable, Callable

from catalog.adapters.memory.objects import MemoryObjects
from catalog.domain.values import Generation, ObjectRef, StoredObject

Happening = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """Nothing happens."""


class BucketWithTraffic(MemoryObjects):
    """Runs a coroutine before and after each look, and before each deletion."""

    def __init__(self) -> None:
        super().__init__()
        self.before_stat: Happening = nothing
        self.after_stat: Happening = nothing
        self.before_delete: Happening = nothing

    async def stat(self, ref: ObjectRef) -> StoredObject | None:
        await self.before_stat()
        found = await super().stat(ref)
        await self.after_stat()
        return found

    async def delete(self, ref: ObjectRef, generation: Generation) -> bool:
        await self.before_delete()
        return await super().delete(ref, generation)
