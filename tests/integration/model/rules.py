"""What becomes of uploads, by the rules alone: small, in plain values, without the code it judges.

Times are minutes since the beginning. The clock stands at whole hours and no span
below is made of whole hours alone, so that nothing is ever due to the minute.
"""

from dataclasses import dataclass, field
from typing import Literal

HOUR = 60
DAY = 24 * HOUR
SESSION = 7 * DAY + 15
REAPED_AFTER = 15
ORPHAN_AGE = SESSION + DAY
INBOX_KEPT = 31 * DAY + 30
TOMBSTONES_KEPT = INBOX_KEPT
HISTORY_KEPT = 60 * DAY + 30
FAILED_KEPT = 30 * DAY + 30
FAILED_MARGIN = DAY + 30
EVENTS_KEPT = 10 * DAY + 30

Kind = Literal["right", "wrong", "composite", "huge"]
REFUSED: dict[Kind, str] = {
    "wrong": "MD5_MISMATCH",
    "composite": "MD5_UNAVAILABLE",
    "huge": "SIZE_LIMIT_EXCEEDED",
}


@dataclass(slots=True)
class Upload:
    """The row of one file. `name` tells it from earlier rows of the file: a/1, a/2, ..."""

    name: str
    title: str
    deadline: int
    changed: int
    status: str = "pending"
    code: str | None = None
    attempt: int = 1
    version: int = 1
    reported: int = 0
    resumes: int = 0
    generation: int | None = None
    film: int | None = None

    @property
    def waits(self) -> bool:
        return self.status in ("pending", "uploading")


@dataclass(slots=True)
class Film:
    title: str
    status: str = "pending_upload"
    version: int = 1
    generation: int | None = None
    file: str | None = None


@dataclass(slots=True)
class Thing:
    """A generation that was in the bucket at some time."""

    file: str
    kind: Kind
    since: int


@dataclass(slots=True)
class Told:
    """An event. `whose` is an upload's name or a film's title."""

    whose: str
    what: str
    version: int
    published: int | None = None


@dataclass(slots=True)
class Rules:
    """Everything there is; `Moves` says how it changes."""

    now: int = 0
    uploads: dict[str, Upload] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    films: list[Film] = field(default_factory=list)
    things: dict[int, Thing] = field(default_factory=dict)
    live: dict[str, int] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    """Removed by somebody else's hand: for those nobody here can answer."""
    tombstones: dict[int, int | None] = field(default_factory=dict)
    """Each with the time when its object was deleted."""
    inbox: dict[int, tuple[str, int]] = field(default_factory=dict)
    events: list[Told] = field(default_factory=list)
    topic: list[tuple[str, str, int]] = field(default_factory=list)
    history: list[tuple[str, str, int]] = field(default_factory=list)

    def note(self, upload: Upload, entry: str) -> None:
        self.history.append((upload.name, entry, self.now))

    def tell(self, whose: str, what: str, version: int) -> None:
        self.events.append(Told(whose, what, version))

    def fail(self, upload: Upload, code: str, event: str) -> None:
        """End a waiting upload: the one place where it is told of."""
        upload.status, upload.code, upload.changed = "failed", code, self.now
        upload.version += 1
        self.tell(upload.name, f"video.upload.{event}", upload.version)

    def generations_of(self, file: str) -> list[int]:
        return [each for each, thing in self.things.items() if thing.file == file]

    def queued(self, file: str) -> list[int]:
        """Generations whose deletion is still to come."""
        mine = self.generations_of(file)
        return [each for each in mine if self.tombstones.get(each, 0) is None]

    def delete(self, generation: int) -> None:
        """Carry out a deletion; the object may be gone already."""
        file = self.things[generation].file
        if self.live.get(file) == generation:
            del self.live[file]
        self.tombstones[generation] = self.now
