"""What callers and news do to uploads, by the rules. Each move returns its caller's answer."""

from tests.integration.model.rules import REFUSED, SESSION, Film, Kind, Rules, Thing, Upload


class Moves(Rules):
    def create_film(self, title: str) -> str:
        """Repeating the request changes nothing."""
        if all(each.title != title for each in self.films):
            self.films.append(Film(title))
            self.tell(title, "video.created", 1)
        return "pending_upload"

    def withdraw(self, film: int) -> None:
        """Somebody else archives the film."""
        self.films[film].status = "archived"
        self.films[film].version += 1

    def init(self, file: str, title: str, film: int | None = None) -> str:
        upload = self.uploads.get(file)
        if film is not None and (refusal := self._unbindable(upload, film)):
            return refusal
        if upload is None:
            return self._first(file, title, film).status
        if upload.status == "completed":
            self.note(upload, "init:duplicate")
            return "completed"
        if film is not None and upload.film is None:
            self._take(film)
        self._again(upload, file)
        upload.title, upload.changed = title, self.now
        upload.film = film if film is not None else upload.film
        upload.version += 1
        upload.deadline = max(upload.deadline, self.now + SESSION)
        return upload.status

    def _unbindable(self, upload: Upload | None, film: int) -> str | None:
        if upload is not None and upload.film is not None:
            return None if upload.film == film else "VIDEO_ALREADY_BOUND"
        if self.films[film].status != "pending_upload":
            return "VIDEO_NOT_PENDING"
        held = any(each.film == film and each.waits for each in self.uploads.values())
        return "VIDEO_HELD_BY_UPLOAD" if held else None

    def _take(self, film: int) -> None:
        for each in self.uploads.values():
            if each.film == film:
                each.film, each.changed = None, self.now
                each.version += 1
                self.note(each, "bind:noop")

    def _first(self, file: str, title: str, film: int | None) -> Upload:
        self.made[file] = self.made.get(file, 0) + 1
        name = f"{file}/{self.made[file]}"
        upload = Upload(name, title, deadline=self.now + SESSION, changed=self.now)
        self.note(upload, "init:insert")
        if film is not None:
            self._take(film)
            upload.film, upload.version = film, 2
            self.note(upload, "bind:replace")
        self.uploads[file] = upload
        return upload

    def _again(self, upload: Upload, file: str) -> None:
        if upload.waits:
            self.note(upload, "init:duplicate")
            return
        for generation in {*self.queued(file), *self._in_the_way(file)}:
            self.delete(generation)
        upload.status, upload.code, upload.reported = "pending", None, 0
        upload.attempt += 1
        self.note(upload, "init:replace")

    def _in_the_way(self, file: str) -> list[int]:
        return [self.live[file]] if file in self.live else []

    def progress(self, file: str, size: int) -> str:
        upload = self.uploads[file]
        upload.resumes += 1
        upload.changed = self.now
        if upload.waits:
            upload.status, upload.reported = "uploading", max(upload.reported, size)
        return upload.status

    def cancel(self, file: str) -> str:
        upload = self.uploads[file]
        if upload.status == "completed":
            return "UPLOAD_COMPLETED"
        if upload.waits:
            self.fail(upload, "CANCELLED", "cancelled")
            self.note(upload, "cancel:cancel")
        elif upload.code != "CANCELLED":
            upload.code, upload.changed = "CANCELLED", self.now
            upload.version += 1
            self.note(upload, "cancel:cancel")
        else:
            self.note(upload, "cancel:noop")
        return "failed"

    def put(self, file: str, kind: Kind) -> int | None:
        """Store an object with generation-match 0; None for 412."""
        if file in self.live:
            return None
        generation = len(self.things) + 1
        self.things[generation] = Thing(file, kind, self.now)
        self.live[file] = generation
        return generation

    def hear(self, generation: int) -> str:
        """Take the news of a generation, whoever brings them."""
        outcome, since = self.inbox.get(generation, ("unknown_object", self.now))
        if outcome != "unknown_object":
            return "duplicate"
        upload = self.uploads.get(self.things[generation].file)
        if upload is not None:
            outcome = self._judged(upload, generation)
        self.inbox[generation] = (outcome, since)
        return outcome

    def _judged(self, upload: Upload, generation: int) -> str:
        if generation in self.tombstones:
            self.note(upload, "finalize:noop")
            return "tombstoned"
        if upload.status == "completed":
            same = upload.generation == generation
            self.note(upload, "finalize:duplicate" if same else "finalize:noop")
            return "duplicate" if same else "ignored"
        refusal = REFUSED.get(self.things[generation].kind)
        if refusal is None and upload.code != "CANCELLED":
            self._complete(upload, generation)
            return "completed"
        self.tombstones[generation] = None
        if refusal is not None and upload.waits:
            self.fail(upload, refusal, "failed")
            self.note(upload, "finalize:fail")
            return "failed"
        self.note(upload, "finalize:reject")
        return "rejected"

    def _complete(self, upload: Upload, generation: int) -> None:
        upload.status, upload.code, upload.generation = "completed", None, generation
        upload.version += 1
        self.note(upload, "finalize:complete")
        self.tell(upload.name, "video.upload.completed", upload.version)
        film = self.films[upload.film] if upload.film is not None else None
        if film is not None and film.status == "pending_upload":
            film.version += 1
        else:
            film = Film(upload.title)
            upload.film = len(self.films)
            self.films.append(film)
            self.tell(film.title, "video.created", 1)
        film.status, film.generation = "processing", generation
        film.file = self.things[generation].file
