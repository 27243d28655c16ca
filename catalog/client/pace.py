"""How much to hand to the network at once: as much as goes out in the blink of an eye.

Large blocks are cheap on a fast line; on a slow one they would stand still for longer than a
write may take, and hide how far the upload got.
"""

SMALLEST = 128 * 1024
LARGEST = 4 * 1024 * 1024

_BLINK = 0.1
_TOO_LONG = 1.0


class Pace:
    """The size of the next block in bytes, learned from how long the earlier ones took."""

    def __init__(self) -> None:
        self.block_bytes = SMALLEST

    def took(self, seconds: float) -> None:
        """Hear how long the network needed for one block."""
        if seconds < _BLINK:
            self.block_bytes = min(self.block_bytes * 2, LARGEST)
        elif seconds > _TOO_LONG:
            self.block_bytes = max(self.block_bytes // 2, SMALLEST)

    def broke(self) -> None:
        """The line is not what it was: begin small again."""
        self.block_bytes = SMALLEST
