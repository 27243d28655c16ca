"""A bucket in memory."""

from catalog.domain.errors import StorageUnavailableError
from catalog.domain.values import Generation, ObjectRef, StoredObject


class MemoryObjects:
    """Knows what is live. `available` False makes every call fail as storage that is down does."""

    def __init__(self) -> None:
        self.live: dict[ObjectRef, StoredObject] = {}
        self.deleted: list[tuple[ObjectRef, Generation]] = []
        """What was really removed, in order."""
        self.available = True

    def put(self, stored: StoredObject) -> StoredObject:
        """Make `stored` the live generation of its name."""
        self.live[stored.ref] = stored
        return stored

    async def stat(self, ref: ObjectRef) -> StoredObject | None:
        """Describe the live generation; None when there is none."""
        self._answer()
        return self.live.get(ref)

    async def delete(self, ref: ObjectRef, generation: Generation) -> bool:
        """Delete exactly this generation; False when it was gone already."""
        self._answer()
        found = self.live.get(ref)
        if found is None or found.generation != generation:
            return False
        del self.live[ref]
        self.deleted.append((ref, generation))
        return True

    def _answer(self) -> None:
        if not self.available:
            raise StorageUnavailableError
