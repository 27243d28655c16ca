"""How far a sweep is, on standard error, on a terminal."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self


class SweepProgress:
    """One line that is written over; how much lies ahead nobody knows. Silent off a terminal."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - --help must be quick
        from rich.text import Text  # noqa: PLC0415

        self._text = Text
        self._console = Console(stderr=True)
        self._status = self._console.status(Text("sweeping ..."))

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    def __call__(self, position: str, counts: Mapping[str, int]) -> None:
        """Hear of a page that is done."""
        seen = counts.get("objects", 0) + counts.get("uploads", 0)
        self._status.update(self._text(f"{seen:,} looked at, up to {position}"))
