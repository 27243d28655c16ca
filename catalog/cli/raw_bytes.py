"""Bytes of strangers, made safe to print: nothing in them reaches a terminal as a command."""

from dataclasses import dataclass
from typing import Literal

_SHOWN_BYTES = 2048
_ROW = 16


@dataclass(frozen=True, slots=True)
class SafeText:
    """What may be printed of some bytes."""

    encoding: Literal["utf-8", "hex", "none"]
    text: str
    """As it is when all of it is printable; otherwise a hex dump of the beginning."""
    shown_bytes: int
    total_bytes: int

    @property
    def cut(self) -> bool:
        """True when there is more than is shown."""
        return self.shown_bytes < self.total_bytes


def safe_text(raw: bytes | None) -> SafeText:
    """Take text for text, line breaks and tabs included; dump anything else."""
    if raw is None:
        return SafeText("none", "", 0, 0)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _dumped(raw)
    if all(c.isprintable() or c in "\n\t" for c in text):
        return SafeText("utf-8", text, len(raw), len(raw))
    return _dumped(raw)


def _dumped(raw: bytes) -> SafeText:
    head = raw[:_SHOWN_BYTES]
    rows = [_row(start, head[start : start + _ROW]) for start in range(0, len(head), _ROW)]
    return SafeText("hex", "\n".join(rows), len(head), len(raw))


def _row(start: int, part: bytes) -> str:
    readable = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
    return f"{start:08x}  {part.hex(' '):<{_ROW * 3 - 1}}  |{readable}|"
