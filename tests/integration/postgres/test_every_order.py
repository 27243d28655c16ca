"""Every order of news, repeats and calls, on the real store and many at once."""

import asyncio
from collections.abc import Iterator

from tests.support.finalize_orders import Order, all_orders, expected, play
from tests.support.world import World

AT_ONCE = 8


async def test_every_order_ends_as_the_rules_say(world: World) -> None:
    """Objects appear with their news: 240 stories; the rest of them are played in memory."""
    orders = iter([order for order in all_orders() if not order.right_is_there])

    async def play_them(shared: Iterator[Order]) -> int:
        played = 0
        for order in shared:
            assert await play(world, order) == expected(order), order
            played += 1
        return played

    async with asyncio.TaskGroup() as players:
        tasks = [players.create_task(play_them(orders)) for _ in range(AT_ONCE)]
    assert sum(task.result() for task in tasks) == 240
