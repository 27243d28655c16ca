"""How long to wait before something that failed is tried again."""

from dataclasses import dataclass
from datetime import timedelta

_MAX_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles from `first` to `longest`; the last half of each wait is left to chance."""

    first: timedelta
    longest: timedelta

    def after(self, failures: int, chance: float) -> timedelta:
        """Return the wait after the `failures`-th failure; `chance` is 0 to 1, drawn anew."""
        doublings = min(max(failures - 1, 0), _MAX_DOUBLINGS)
        whole = min(self.first * (1 << doublings), self.longest)
        return whole * (0.5 + chance / 2)
