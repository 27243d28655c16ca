"""What comes in floods is told by number, soon and completely."""

from collections.abc import Callable
from contextvars import ContextVar

from catalog.application.counted import Counted
from tests.support.waiting import until

Told = list[tuple[str, int]]


def counting() -> tuple[Counted[str], Told]:
    told: Told = []
    return Counted[str](lambda kind, number: told.append((kind, number)), 0.2), told


async def test_the_first_of_a_kind_is_told_at_once() -> None:
    counted, told = counting()
    counted.count("one")
    counted.count("other")
    counted.tell()
    assert told == [("one", 1), ("other", 1)]


async def test_the_rest_of_a_flood_is_told_a_second_later_by_number() -> None:
    counted, told = counting()
    for _ in range(1000):
        counted.count("one")
    counted.count("other")
    await until(lambda: len(told) > 2)
    assert told == [("one", 1), ("other", 1), ("one", 999)]


async def test_a_flood_that_goes_on_is_told_no_more_than_once_a_second() -> None:
    counted, told = counting()
    await until(_counts(counted, told, 4))
    (first, *later) = [number for _, number in told]
    assert (first, min(later) > 1) == (1, True)


async def test_a_kind_that_has_rested_is_told_at_once_again() -> None:
    counted, told = counting()
    counted.count("one")
    await until(lambda: not counted._untold)
    counted.count("one")
    assert told == [("one", 1), ("one", 1)]
    counted.tell()


async def test_what_nobody_was_told_of_can_be_told_now() -> None:
    counted, told = counting()
    for _ in range(3):
        counted.count("one")
    counted.tell()
    counted.tell()
    assert told == [("one", 1), ("one", 2)]
    counted.count("one")
    counted.tell()
    assert told == [("one", 1), ("one", 2), ("one", 1)]


async def test_a_number_is_told_in_the_context_of_none_of_them() -> None:
    who: ContextVar[str] = ContextVar("who", default="nobody")
    told: list[str] = []
    counted = Counted[str](lambda _kind, _number: told.append(who.get()), 0.2)
    who.set("the first")
    counted.count("one")
    counted.count("one")
    await until(lambda: len(told) == 2)
    assert told == ["the first", "nobody"]


def _counts(counted: Counted[str], told: Told, lines: int) -> Callable[[], bool]:
    def some_more() -> bool:
        for _ in range(3):
            counted.count("one")
        return len(told) >= lines

    return some_more
