"""Whatever the order of news, repeats and calls: at most one completion, no impossible state."""

from tests.support.finalize_orders import all_orders, expected, play
from tests.support.world import memory_world


async def test_every_order_ends_as_the_rules_say() -> None:
    orders = list(all_orders())
    assert len(orders) == 480
    for order in orders:
        assert await play(memory_world(), order) == expected(order), order


async def test_every_order_has_one_completed_event_or_none() -> None:
    for order in all_orders():
        events = expected(order).events
        assert events.count("video.upload.completed") <= 1
        assert len(events) <= 2
