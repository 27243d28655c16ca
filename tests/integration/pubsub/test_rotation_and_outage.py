"""Good tokens pass while keys rotate and while the issuer is down; bad ones never do."""

from tests.integration.pubsub.push_side import push_side
from tests.unit.adapters.pubsub.tokens import issuer_pair

MINUTE, HOUR = 60.0, 3600.0
PAIRS = [issuer_pair(letter * 40) for letter in "abcd"]
FORGER = issuer_pair("f" * 40)


async def test_certificates_rotate_without_a_refused_good_token() -> None:
    """The next key is shown beside the last one for a while, and signs at once."""
    async with push_side(PAIRS[0]) as side:
        refused = 0
        for hours in range(48):
            side.elapsed = hours * HOUR
            turn = hours // 12
            if hours % 12 == 0 and turn:
                side.issuer.publish(PAIRS[turn - 1], PAIRS[turn])
            if hours % 12 == 6:
                side.issuer.publish(PAIRS[turn])
            refused += not await side.accepts(side.token(PAIRS[turn]))
            assert not await side.accepts(side.token(FORGER))
        assert refused == 0


async def test_a_new_key_is_accepted_at_once_whoever_asked_for_nonsense_an_hour_ago() -> None:
    async with push_side(PAIRS[0]) as side:
        assert await side.accepts(side.token(PAIRS[0]))
        assert not await side.accepts(side.token(FORGER))
        side.issuer.publish(PAIRS[0], PAIRS[1])
        side.elapsed = MINUTE
        assert await side.accepts(side.token(PAIRS[1]))


async def test_a_new_key_waits_a_minute_at_most_while_forgers_use_up_the_fetches() -> None:
    async with push_side(PAIRS[0]) as side:
        assert await side.accepts(side.token(PAIRS[0]))
        side.issuer.publish(PAIRS[0], PAIRS[1])
        accepted_after = None
        for second in range(120):
            side.elapsed = float(second)
            assert not await side.accepts(side.token(FORGER))
            if accepted_after is None and await side.accepts(side.token(PAIRS[1])):
                accepted_after = second
        assert accepted_after is not None
        assert accepted_after <= MINUTE
        assert side.issuer.fetches <= 3


async def test_good_tokens_pass_while_the_issuer_is_down_for_hours() -> None:
    async with push_side(PAIRS[0]) as side:
        assert await side.accepts(side.token(PAIRS[0]))
        side.issuer.break_down()
        for quarter in range(4 * 30):
            side.elapsed = quarter * 15 * MINUTE
            assert await side.accepts(side.token(PAIRS[0])), f"after {quarter / 4} h"
            assert not await side.accepts(side.token(FORGER))


async def test_old_keys_end_when_the_issuer_stays_away_for_days() -> None:
    async with push_side(PAIRS[0]) as side:
        assert await side.accepts(side.token(PAIRS[0]))
        side.issuer.break_down()
        side.elapsed = 6 * HOUR + 36 * HOUR
        assert not await side.accepts(side.token(PAIRS[0]))
        side.issuer.publish(PAIRS[0])
        side.elapsed += 5
        assert await side.accepts(side.token(PAIRS[0]))


async def test_a_token_seen_before_is_judged_by_the_clock_at_every_call() -> None:
    async with push_side(PAIRS[0]) as side:
        text = side.token(PAIRS[0])
        for seconds, passes in ((0, True), (HOUR + 30, True), (HOUR + 31, False), (10, True)):
            side.elapsed = seconds
            assert await side.accepts(text) is passes
        side.elapsed = -31
        assert not await side.accepts(text)
        assert side.issuer.fetches == 1
