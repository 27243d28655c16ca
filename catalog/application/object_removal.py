"""The delete rule: how an object that may not stay is removed without ever hitting a live one."""

from dataclasses import dataclass

from catalog.application.deciding import decide_again
from catalog.application.ports import ObjectStore
from catalog.application.store import Store
from catalog.domain.upload import UploadStatus
from catalog.domain.values import Generation, ObjectRef


@dataclass(frozen=True, slots=True)
class ObjectRemoval:
    """Carries out a committed tombstone. Every step may be repeated after a crash."""

    store: Store
    objects: ObjectStore

    async def remove(self, ref: ObjectRef, generation: Generation) -> bool:
        """Delete one generation whose tombstone is committed; False when it must stay.

        The upload row is locked and read again first: a generation that
        completed its upload loses its tombstone instead of its bytes. The
        delete itself names the generation and runs with no transaction open.
        Raises StorageUnavailableError; then the tombstone still stands.
        """
        if await decide_again(lambda: self._released(ref, generation)):
            return False
        await self.objects.delete(ref, generation)
        async with self.store.autocommit() as statements:
            await statements.deletions.mark_deleted(ref, generation)
        return True

    async def _released(self, ref: ObjectRef, generation: Generation) -> bool:
        async with self.store.transaction() as statements:
            upload = await statements.uploads.lock_by_object(ref)
            if upload is None or upload.status is not UploadStatus.COMPLETED:
                return False
            if upload.generation != generation:
                return False
            await statements.deletions.release(ref, generation)
            return True
