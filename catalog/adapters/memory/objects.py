"""A bucket in memory."""

from datetime import UTC, datetime

from catalog.application.upkeep_records import ListedObject, ObjectPage
from catalog.domain.errors import StorageUnavailableError
from catalog.domain.values import Generation, ObjectRef, StoredObject


class MemoryObjects:
    """Knows what is live. `available` False makes every call fail as storage that is down does."""

    def __init__(self) -> None:
        self.live: dict[ObjectRef, StoredObject] = {}
        self.deleted: list[tuple[ObjectRef, Generation]] = []
        """What was really removed, in order."""
        self.created: dict[StoredObject, datetime] = {}
        self.available = True

    def put(self, stored: StoredObject, created_at: datetime | None = None) -> StoredObject:
        """Make `stored` the live generation of its name."""
        self.live[stored.ref] = stored
        self.created[stored] = created_at or datetime.now(UTC)
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

    async def page(
        self,
        bucket: str,
        *,
        prefix: str,
        limit: int,
        after: str | None = None,
        upto: str | None = None,
    ) -> ObjectPage:
        """List live objects in the order of their names."""
        self._answer()
        found = sorted(
            (
                each
                for ref, each in self.live.items()
                if ref.bucket == bucket and ref.name.startswith(prefix)
                if (after is None or ref.name > after) and (upto is None or ref.name <= upto)
            ),
            key=lambda each: each.ref.name,
        )
        shown = [ListedObject(each, self.created[each]) for each in found[:limit]]
        return ObjectPage(shown, more=len(found) > limit)

    def _answer(self) -> None:
        if not self.available:
            raise StorageUnavailableError
