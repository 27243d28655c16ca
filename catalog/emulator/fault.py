"""The limits that all faults share."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar

MAX_WAIT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The limits that all faults share. Raises ValueError for values that make no sense."""

    NAME: ClassVar[str] = ""

    times: int | None = None
    object: str | None = None

    def __post_init__(self) -> None:
        """Refuse bad values where they are given, not where they would strike."""
        if self.times is not None and self.times < 1:
            raise ValueError(f"{self.NAME}: times must be at least 1")
        self.check()

    def check(self) -> None:
        """Validate the fields of one kind of fault."""

    def strikes(self, object_name: str | None, operation: str | None) -> bool:
        """True when this fault concerns the object and the storage operation at hand."""
        wanted = getattr(self, "operation", None)
        if wanted is not None and wanted != operation:
            return False
        return self.object is None or fnmatchcase(object_name or "", self.object)


def require(condition: bool, message: str) -> None:
    """Raise ValueError unless the condition holds."""
    if not condition:
        raise ValueError(message)


def require_seconds(name: str, seconds: float) -> None:
    """Raise ValueError for a wait that is negative or without a sensible end."""
    require(0 <= seconds <= MAX_WAIT_SECONDS, f"{name}: seconds must be 0 to {MAX_WAIT_SECONDS:g}")
