"""How an upload tells where it is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What the uploader is doing, in the usual order."""

    HASHING = "hashing"
    STARTING = "starting"
    RESUMING = "resuming"
    UPLOADING = "uploading"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` bytes in this phase; `done` falls back when bytes were not kept."""

    phase: Phase
    done: int
    total: int


# Called on the event loop, often: it must return at once and not raise.
ProgressListener = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """For callers that do not want to know."""
