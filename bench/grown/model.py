"""What has come of the uploads of a busy service after thirteen months, made from numbers.

Two databases of different sizes are alike in everything but size: the same shares, the same
number of uploads a person, the same ages. Two processes that know the number know the rest.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bench.items import Item

TAG = "grown"
SPAN = timedelta(days=395)
"""How old the first upload is: a little less than history is kept."""
INBOX_KEPT = timedelta(days=30)
"""Less than retention: nothing is due to go before it is measured."""
FAILED_KEPT = timedelta(days=80)
_BLOCK = 10_000
_SPREAD = 7_919
"""Prime, so that neighbours have nothing in common."""
_WAITING, _FAILED = 15, 100
_MOST_OF_ONE = 500
_PER_MILLE = 1_000


class Fate(StrEnum):
    """How an upload stands."""

    COMPLETED = "completed"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Grown(Item):
    """One of `rows` uploads: the first is the oldest."""

    rows: int

    @property
    def user(self) -> UUID:
        """Whose it is: of ten thousand, 5 % are one person's, 9 % of nine, the rest of 990."""
        blocks = max(1, self.rows // _BLOCK)
        block, place = self.number % blocks, self.number // blocks % _BLOCK
        if place < _MOST_OF_ONE:
            who = 0
        elif place < 1_400:
            who = 1 + (place - _MOST_OF_ONE) // 100
        else:
            who = 10 + place % 990
        return UUID(hashlib.md5(f"user {block} {who}".encode()).hexdigest(), version=4)

    @property
    def video_id(self) -> UUID:
        """Of what it became."""
        return UUID(hashlib.md5(f"video {self.number}".encode()).hexdigest(), version=4)

    @property
    def age(self) -> timedelta:
        """From Init to the day of the loading."""
        return SPAN * (1 - self.number / self.rows)

    @property
    def fate(self) -> Fate:
        """1.5 % wait, with sessions renewed again and again; 10 % of the recent ones failed."""
        place = self.number * _SPREAD % _PER_MILLE
        if place < _WAITING:
            return Fate.WAITING
        if place < _WAITING + _FAILED and self.age < FAILED_KEPT:
            return Fate.FAILED
        return Fate.COMPLETED

    @property
    def arrived(self) -> bool:
        """True for one whose arrival the inbox still knows."""
        return self.fate is Fate.COMPLETED and self.age < INBOX_KEPT

    @property
    def cancelled(self) -> bool:
        """True for a failed one that its owner ended; the others' sessions ended."""
        return self.number % 5 == 0

    def created_at(self, now: datetime) -> datetime:
        """When its Init was."""
        return now - self.age


def some(rows: int, count: int, among: Fate | None = None) -> Sequence[Grown]:
    """Choose so many anywhere in the table, each as likely as the others."""
    chosen = (Grown(TAG, random.randrange(rows), rows) for _ in _endless())
    found = (item for item in chosen if among is None or item.fate is among)
    return [next(found) for _ in range(count)]


def arrivals(rows: int, count: int) -> Sequence[Grown]:
    """Choose so many whose arrival the inbox knows."""
    first = rows - int(rows * (INBOX_KEPT / SPAN)) + 1
    chosen = (Grown(TAG, random.randrange(first, rows), rows) for _ in _endless())
    found = (item for item in chosen if item.arrived)
    return [next(found) for _ in range(count)]


def of_the_busiest(rows: int) -> Grown:
    """Choose a waiting one of somebody who has five hundred."""
    blocks = max(1, rows // _BLOCK)
    numbers = (
        random.randrange(min(_MOST_OF_ONE, rows // blocks)) * blocks + random.randrange(blocks)
        for _ in _endless()
    )
    items = (Grown(TAG, number, rows) for number in numbers)
    return next(item for item in items if item.fate is Fate.WAITING)


def fresh(tag: str, rows: int, count: int) -> Sequence[Grown]:
    """Name new contents, of people who send the more the more they have sent."""
    return [Grown(tag, number * _SPREAD % rows, rows) for number in range(count)]


def _endless() -> Iterator[None]:
    while True:
        yield None
