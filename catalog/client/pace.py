"""How much to hand to the network at once: as much as goes out in the blink of an eye.

Large blocks are cheap on a fast line; on a slow one they would stand still for longer than a
write may take, and hide how far the upload got. The same holds for chunks: each one costs an
answer that has to be awaited, and only between two of them an upload reports and can be cancelled.
"""

SMALLEST = 128 * 1024
LARGEST = 4 * 1024 * 1024

_BLINK = 0.1
_TOO_LONG = 1.0
_GROWTH = 4
_QUICK_CHUNK = 0.5
_SLOW_CHUNK = 2.0


class Pace:
    """The size of the next block and chunk in bytes, learned from how long earlier ones took.

    Chunks begin as recommended and grow on a fast line, whole times over and up to fourfold, as
    long as they are no larger than `largest_chunk_bytes`: four times what is quick is not slow.
    """

    def __init__(self, recommended_chunk_bytes: int, largest_chunk_bytes: int) -> None:
        self._recommended = recommended_chunk_bytes
        self._largest = largest_chunk_bytes
        self.block_bytes = SMALLEST
        self.chunk_bytes = recommended_chunk_bytes

    def took(self, seconds: float) -> None:
        """Hear how long the network needed for one block."""
        if seconds < _BLINK:
            self.block_bytes = min(self.block_bytes * _GROWTH, LARGEST)
        elif seconds > _TOO_LONG:
            self.block_bytes = max(self.block_bytes // 2, SMALLEST)

    def chunk_took(self, seconds: float) -> None:
        """Hear how long one chunk needed, its answer included."""
        if seconds > _SLOW_CHUNK:
            self.chunk_bytes = self._recommended
        elif seconds < _QUICK_CHUNK:
            self.chunk_bytes *= max(1, min(_GROWTH, self._largest // self.chunk_bytes))

    def broke(self) -> None:
        """The line is not what it was: begin small again."""
        self.block_bytes = SMALLEST
        self.chunk_bytes = self._recommended
