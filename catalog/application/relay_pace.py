"""How long a relay rests between looks."""


class Pace:
    """Quick while there is something to do, ever slower while there is not."""

    def __init__(self, quickest: float, slowest: float) -> None:
        self._quickest = quickest
        self._slowest = slowest
        self._rest = quickest

    def rest(self, found: int, until_due: float) -> float:
        """Return the seconds to rest after a look; never past what is due."""
        grown = min(self._slowest, self._rest * 1.5)
        self._rest = self._quickest if found else grown
        return max(0.0, min(self._rest, until_due))
