"""What time and upkeep do to uploads, by the rules."""

from tests.integration.model.moves import Moves
from tests.integration.model.rules import (
    EVENTS_KEPT,
    FAILED_KEPT,
    FAILED_MARGIN,
    HISTORY_KEPT,
    INBOX_KEPT,
    ORPHAN_AGE,
    REAPED_AFTER,
    TOMBSTONES_KEPT,
    Upload,
)

DONE = "done"


class Model(Moves):
    def reap(self) -> str:
        for file, upload in self.uploads.items():
            if not upload.waits or self.now < upload.deadline + REAPED_AFTER:
                continue
            if file in self.live:
                self.hear(self.live[file])
            else:
                self.fail(upload, "SESSION_EXPIRED", "expired")
                self.note(upload, "expire:expire")
        return DONE

    def sweep_waiting(self) -> str:
        for file, upload in self.uploads.items():
            if upload.waits and file in self.live:
                self.hear(self.live[file])
        return DONE

    def sweep(self, *, orphans: bool) -> str:
        for file, generation in list(self.live.items()):
            upload = self.uploads.get(file)
            if upload is not None and upload.generation == generation:
                continue
            if generation in self.tombstones:
                self.tombstones[generation] = None
            elif upload is not None:
                if upload.status != "completed":
                    self.hear(generation)
            elif orphans and self._is_orphan(file, generation):
                self.delete(generation)
        return DONE

    def _is_orphan(self, file: str, generation: int) -> bool:
        old = self.now - self.things[generation].since >= ORPHAN_AGE
        return old and all(film.file != file for film in self.films)

    def work_off(self) -> str:
        queued = [each for each, deleted in self.tombstones.items() if deleted is None]
        for generation in queued:
            upload = self.uploads.get(self.things[generation].file)
            if upload is not None and upload.generation == generation:
                del self.tombstones[generation]
            else:
                self.delete(generation)
        return DONE

    def prune(self) -> str:
        now = self.now
        self.inbox = {key: note for key, note in self.inbox.items() if now - note[1] <= INBOX_KEPT}
        self.history = [each for each in self.history if now - each[2] <= HISTORY_KEPT]
        self._prune_uploads()
        self.tombstones = {
            generation: at
            for generation, at in self.tombstones.items()
            if at is None
            or now - at <= TOMBSTONES_KEPT
            or self.things[generation].file in self.uploads
        }
        self.events = [
            each
            for each in self.events
            if each.published is None or now - each.published <= EVENTS_KEPT
        ]
        return DONE

    def _prune_uploads(self) -> None:
        for file, upload in list(self.uploads.items()):
            if self._is_over(upload) and not self.queued(file):
                del self.uploads[file]
                self.note(upload, "prune:noop")

    def _is_over(self, upload: Upload) -> bool:
        return (
            upload.status == "failed"
            and self.now - upload.deadline > FAILED_MARGIN
            and self.now - upload.changed > FAILED_KEPT
        )

    def forget_inbox(self) -> None:
        """The inbox goes before its time: it must not be the last word on anything."""
        self.inbox.clear()

    def lose(self, file: str) -> None:
        """Somebody else deletes the object."""
        self.lost.add(self.live.pop(file))

    def forget(self, name: str) -> str:
        """Forget a completed upload whose object is gone, by the row's name."""
        file = name.partition("/")[0]
        upload = self.uploads.get(file)
        if upload is None or upload.name != name:
            return "UPLOAD_NOT_FOUND"
        if upload.status != "completed" or upload.generation is None or file in self.live:
            return "not forgotten"
        self.tombstones.setdefault(upload.generation, self.now)
        del self.uploads[file]
        self.note(upload, "forget:replace")
        return "forgotten"

    def relay(self) -> str:
        for event in self.events:
            if event.published is None:
                event.published = self.now
                self.topic.append((event.whose, event.what, event.version))
        return DONE
