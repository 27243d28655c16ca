"""How much is done at once and in all, and how often one user may ask."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Places:
    """So many at a time. Whoever got one gives it back."""

    most: int
    taken: int = field(default=0, init=False)

    @property
    def are_taken(self) -> bool:
        """True while whoever comes is refused."""
        return self.taken >= self.most

    def take(self) -> bool:
        """Take a place, at once or not at all."""
        if self.are_taken:
            return False
        self.taken += 1
        return True

    def give_back(self) -> None:
        """Leave the place to others."""
        self.taken -= 1


@dataclass(slots=True)
class WorkBudget:
    """So much of the time may go into work; the rest is for turning others away.

    To refuse a call costs time as well. Where work may take all there is, a flood's
    refusals wait behind it until nobody wants them any more.
    """

    share: float
    """Of one thread's time, over 0 and up to 1; 0 = no limit."""
    burst_seconds: float = 0.1
    """What may be saved up while there is less to do."""
    clock: Callable[[], float] = time.perf_counter
    _left: float = field(default=0.0, init=False)
    _at: float = field(default=-math.inf, init=False)

    def spent(self) -> bool:
        """True while whoever comes is refused."""
        if not self.share:
            return False
        now = self.clock()
        earned = (now - self._at) * self.share
        self._left, self._at = min(self.burst_seconds, self._left + earned), now
        return self._left <= 0

    def spend(self, seconds: float, times: int = 1) -> None:
        """Take off what was worked; work that had begun may overdraw it.

        Work that stands for others counts `times` over, but a burst's worth at most for
        them: one that was slow by chance shuts nobody out for long.
        """
        self._left -= seconds + min((times - 1) * seconds, self.burst_seconds)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class TokenBuckets:
    """A bucket of `burst` tokens for each key, refilled by `per_second`.

    Of more than `most_keys` those that were used longest ago are forgotten, that
    is, filled again: memory is bounded, whoever asks.
    """

    per_second: float
    """0 = no limit."""
    burst: float
    most_keys: int = 100_000
    clock: Callable[[], float] = time.monotonic
    _buckets: "OrderedDict[object, _Bucket]" = field(default_factory=OrderedDict, init=False)

    def take(self, key: object) -> float:
        """Take a token; return 0, or after how many seconds there will be one."""
        if not self.per_second:
            return 0.0
        now = self.clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self.burst, now)
            if len(self._buckets) > self.most_keys:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
            refilled = bucket.tokens + (now - bucket.at) * self.per_second
            bucket.tokens, bucket.at = min(self.burst, refilled), now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self.per_second
        bucket.tokens -= 1
        return 0.0
