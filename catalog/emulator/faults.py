"""What can be made to go wrong, one frozen value a fault.

Every fault takes ``times`` (how often it strikes; null: until it is cleared) and ``object``
(a glob over object names; null: every object). Over HTTP a fault is an entry of
``/_emulator/faults`` under its NAME; in process it is given to ``emulator.faults.set``.
Those of publishers are in ``topic_faults``.
"""

import base64
from dataclasses import dataclass

from catalog.emulator.fault import Fault, require, require_seconds
from catalog.emulator.topic_faults import TopicError, TopicStall

OPERATIONS = ("start", "put", "status", "cancel", "stat", "list", "delete", "media")
MAX_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(Fault):
    """Each notification is delivered ``extra`` times more, acknowledged or not."""

    NAME = "duplicate"
    extra: int = 1

    def check(self) -> None:
        """At least one more."""
        require(1 <= self.extra <= 1000, "duplicate: extra must be 1 to 1000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Fault):
    """Each notification waits before its first delivery."""

    NAME = "delay"
    seconds: float

    def check(self) -> None:
        """A wait with an end."""
        require_seconds(self.NAME, self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Fault):
    """Notifications are lost: never delivered, not even later."""

    NAME = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(Fault):
    """Holds notifications until ``hold`` of them wait, then delivers those last to first."""

    NAME = "reorder"
    hold: int = 2

    def check(self) -> None:
        """One alone has no order."""
        require(2 <= self.hold <= 10_000, "reorder: hold must be 2 to 10000")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessageId(Fault):
    """Duplicates and redeliveries carry a message id of their own, as GCS duplicates do."""

    NAME = "new_message_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageError(Fault):
    """A storage request answers ``status``, before it had its effect or (``after``) after it."""

    NAME = "storage_error"
    status: int = 503
    operation: str | None = None
    after: bool = False

    def check(self) -> None:
        """An error status and a known operation."""
        require(400 <= self.status <= 599, "storage_error: status must be 400 to 599")
        _require_operation(self.NAME, self.operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Fault):
    """A storage request waits before it is handled."""

    NAME = "stall"
    seconds: float
    operation: str | None = None

    def check(self) -> None:
        """A wait with an end, at a known operation."""
        require_seconds(self.NAME, self.seconds)
        _require_operation(self.NAME, self.operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Fault):
    """The connection is reset in the middle of an upload body.

    Either once ``after_bytes`` of one body have arrived, or when the object reaches the byte
    ``at_offset``; bodies that never get there are left alone and do not count as strikes.
    """

    NAME = "cut"
    after_bytes: int | None = None
    at_offset: int | None = None

    def check(self) -> None:
        """Zero cuts at the first byte."""
        places = [place for place in (self.after_bytes, self.at_offset) if place is not None]
        require(len(places) == 1, "cut: give either after_bytes or at_offset")
        require(places[0] >= 0, "cut: the place must not be negative")

    def place_in_body(self, first: int) -> int:
        """How many bytes of a body that starts at offset ``first`` arrive; negative: all."""
        if self.after_bytes is not None:
            return self.after_bytes
        return (self.at_offset or 0) - first


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockJump(Fault):
    """The emulator's clock is ahead by ``seconds`` (negative: behind) until this is cleared.

    It moves URL expiry, session life, object times and the times in tokens.
    """

    NAME = "clock"
    seconds: float

    def check(self) -> None:
        """A clock has no single strikes and no objects."""
        require(abs(self.seconds) <= 100 * 365 * 86_400, "clock: seconds is out of range")
        require(self.times is None and self.object is None, "clock: takes neither times nor object")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite(Fault):
    """New objects look composed: ``componentCount`` and no ``md5Hash`` [object-checksums]."""

    NAME = "composite"
    components: int = 2

    def check(self) -> None:
        """A composite object has components."""
        require(1 <= self.components <= 1024, "composite: components must be 1 to 1024")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongMd5(Fault):
    """New objects report another MD5 in notification and stat; the stored bytes are right."""

    NAME = "wrong_md5"
    md5_base64: str = base64.b64encode(bytes(16)).decode()

    def check(self) -> None:
        """Anything that is an MD5."""
        size = len(base64.b64decode(self.md5_base64, validate=True))
        require(size == 16, "wrong_md5: md5_base64 must be 16 bytes in base64")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertsDown(Fault):
    """The certs endpoint answers ``status``."""

    NAME = "certs_down"
    status: int = 503

    def check(self) -> None:
        """An error status."""
        require(400 <= self.status <= 599, "certs_down: status must be 400 to 599")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation(Fault):
    """New objects get this generation instead of the next higher one."""

    NAME = "generation"
    value: int

    def check(self) -> None:
        """A generation is a positive int64."""
        require(1 <= self.value <= MAX_INT64, "generation: value must be 1 to 2^63-1")


KINDS: tuple[type[Fault], ...] = (
    Duplicate, Delay, Drop, Reorder, NewMessageId, StorageError, Stall, Cut, ClockJump,
    Composite, WrongMd5, CertsDown, Generation, TopicError, TopicStall,
)  # fmt: skip


def _require_operation(name: str, operation: str | None) -> None:
    known = operation is None or operation in OPERATIONS
    require(known, f"{name}: operation must be one of {', '.join(OPERATIONS)}")
