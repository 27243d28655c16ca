"""What comes in floods is told by number, soon and completely."""

import asyncio

from catalog.application.counted import Counted


async def test_a_flood_is_told_once_by_kind_and_number() -> None:
    told: list[tuple[str, int]] = []
    counted = Counted[str](lambda kind, number: told.append((kind, number)))
    for _ in range(1000):
        counted.count("one")
    counted.count("other")
    assert told == []
    async with asyncio.timeout(20):
        while not told:  # noqa: ASYNC110 - time itself ends it
            await asyncio.sleep(0.01)
    assert sorted(told) == [("one", 1000), ("other", 1)]


async def test_what_comes_later_is_told_too() -> None:
    told: list[tuple[str, int]] = []
    counted = Counted[str](lambda kind, number: told.append((kind, number)))
    counted.count("one")
    counted.tell()
    counted.count("one")
    counted.count("one")
    counted.tell()
    counted.tell()
    assert told == [("one", 1), ("one", 2)]
