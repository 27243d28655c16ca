"""Which bytes to send next. Pure: no file, no network.

Every chunk but the last must be a multiple of 256 KiB (resumable-uploads); a chunk of another
size is accepted only in part.
"""

from collections.abc import Iterator
from dataclasses import dataclass

CHUNK_MULTIPLE = 262_144
DEFAULT_CHUNK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes `start` to `end` (exclusive) of a file of `total` bytes."""

    start: int
    end: int
    total: int

    @property
    def length(self) -> int:
        """Number of bytes, at least 1."""
        return self.end - self.start

    @property
    def is_last(self) -> bool:
        """True when the object is complete once this chunk has arrived."""
        return self.end == self.total

    @property
    def content_range(self) -> str:
        """The Content-Range header; its end is inclusive."""
        return f"bytes {self.start}-{self.end - 1}/{self.total}"


def status_query_range(total: int) -> str:
    """The Content-Range header that asks what has been persisted and sends nothing."""
    return f"bytes */{total}"


def chunk_size(recommended: int, multiple: int) -> int:
    """The largest multiple of `multiple` within `recommended`, at least one multiple.

    Zeros mean "not said" and give the documented defaults.
    """
    step = multiple if multiple > 0 else CHUNK_MULTIPLE
    wanted = recommended if recommended > 0 else DEFAULT_CHUNK
    return max(wanted // step, 1) * step


def next_chunk(offset: int, total: int, size: int) -> Chunk:
    """The chunk that starts at `offset`, any offset inside the file.

    Raises ValueError when nothing is left to send or `size` is not positive.
    """
    if not 0 <= offset < total or size <= 0:
        raise ValueError(f"no chunk of {size} bytes at {offset} of {total}")
    return Chunk(start=offset, end=min(offset + size, total), total=total)


def plan(total: int, size: int, offset: int = 0) -> Iterator[Chunk]:
    """All chunks from `offset` to the end, in order, if each one is kept whole."""
    while offset < total:
        chunk = next_chunk(offset, total, size)
        yield chunk
        offset = chunk.end
