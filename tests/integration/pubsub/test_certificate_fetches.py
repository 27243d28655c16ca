"""How often the issuer is asked, and what an outage, a hang or nonsense of its changes."""

import asyncio
import gzip
import json
import time

import pytest

from catalog.adapters.pubsub.certificates import CertificatesUnavailableError
from catalog.application.push_errors import PushUndecidedError
from tests.integration.pubsub.push_side import PushSide, push_side
from tests.unit.adapters.pubsub.tokens import issuer_pair

HOUR = 3600.0
OLD, NEW, OTHER = issuer_pair("a" * 40), issuer_pair("b" * 40), issuer_pair("c" * 40)


async def all_found(side: PushSide, *kids: str) -> bool:
    try:
        return all([await side.certificates.key(kid) is not None for kid in kids])
    except CertificatesUnavailableError:
        return False


async def test_a_good_token_is_undecided_and_not_refused_while_no_keys_can_be_had() -> None:
    async with push_side(OLD) as side:
        side.issuer.break_down()
        with pytest.raises(PushUndecidedError):
            await side.tokens.authenticate(f"Bearer {side.token(OLD)}")


async def test_a_hundred_cold_callers_make_one_fetch() -> None:
    async with push_side(OLD) as side:
        text = side.token(OLD)
        assert all(await asyncio.gather(*(side.accepts(text) for _ in range(100))))
        assert side.issuer.fetches == 1


async def test_a_thousand_unknown_kids_make_two_fetches_at_most() -> None:
    async with push_side(OLD) as side:
        found = await asyncio.gather(*(side.certificates.key(f"{n:040}") for n in range(500)))
        found += [await side.certificates.key(f"{n:040}") for n in range(500, 1000)]
        assert set(found) == {None}
        assert side.issuer.fetches <= 2
        assert await side.accepts(side.token(OLD))


async def test_unknown_kids_lead_to_one_fetch_a_minute() -> None:
    async with push_side(OLD) as side:
        assert await side.accepts(side.token(OLD))
        for side.elapsed in range(0, 600, 5):
            await side.certificates.key("unknown")
        assert side.issuer.fetches == 1 + 10


async def test_fresh_keys_are_not_asked_for_again_until_max_age() -> None:
    async with push_side(OLD) as side:
        for side.elapsed in (0, 60, HOUR, 6 * HOUR - 1):
            assert await side.accepts(side.token(OLD))
        assert side.issuer.fetches == 1
        side.elapsed = 6 * HOUR
        assert await side.accepts(side.token(OLD))
        assert side.issuer.fetches == 2


async def test_a_withdrawn_key_is_refused_from_max_age_on_even_for_tokens_seen_before() -> None:
    async with push_side(OLD) as side:
        text = side.token(OLD, exp=int(side.now() + 23 * HOUR))
        assert await side.accepts(text)
        side.issuer.publish(NEW)
        side.elapsed = 6 * HOUR
        assert not await side.accepts(text)
        assert await side.accepts(side.token(NEW))


async def test_a_key_replaced_under_its_id_ends_tokens_seen_before() -> None:
    async with push_side(OLD) as side:
        text = side.token(OLD, exp=int(side.now() + 23 * HOUR))
        assert await side.accepts(text)
        side.issuer.publish_json({OLD.kid: NEW.certificate})
        side.elapsed = 6 * HOUR
        assert not await side.accepts(text)


@pytest.mark.parametrize("status", [404, 500, 503, 302])
async def test_an_issuer_that_is_down_at_first_is_asked_again_seconds_later(status: int) -> None:
    async with push_side(OLD) as side:
        side.issuer.break_down(status)
        assert not any([await side.accepts(side.token(OLD)) for _ in range(50)])
        assert side.issuer.fetches == 1
        side.issuer.publish(OLD)
        side.elapsed = 5
        assert await side.accepts(side.token(OLD))
        assert side.issuer.fetches == 2


async def test_a_stale_set_is_served_and_the_issuer_not_hammered_while_it_is_down() -> None:
    async with push_side(OLD) as side:
        assert await side.accepts(side.token(OLD))
        side.issuer.break_down()
        for side.elapsed in range(int(6 * HOUR), int(6 * HOUR) + 300):
            assert await side.accepts(side.token(OLD))
        assert side.issuer.fetches == 1 + 10


NONSENSE = {
    "html": b"<html>",
    "list": b"[]",
    "nothing": b"{}",
    "no key": json.dumps({OLD.kid: "pem"}).encode(),
    "too large": b" " * 300_000 + json.dumps({NEW.kid: NEW.certificate}).encode(),
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense_of_the_issuer_leaves_the_old_keys_in_use(body: bytes) -> None:
    async with push_side(OLD) as side:
        assert await side.accepts(side.token(OLD))
        side.issuer.body = body
        side.elapsed = 6 * HOUR
        assert await side.accepts(side.token(OLD))
        assert side.issuer.fetches == 2
        side.issuer.publish(NEW)
        side.elapsed += 60
        assert await side.accepts(side.token(NEW))


async def test_a_packed_answer_is_not_unpacked() -> None:
    async with push_side(OLD) as side:
        side.issuer.headers["Content-Encoding"] = "gzip"
        side.issuer.body = gzip.compress(side.issuer.body)
        assert not await side.accepts(side.token(OLD))


async def test_a_hanging_issuer_delays_holders_of_a_known_key_but_a_moment() -> None:
    async with push_side(OLD, stale_wait=0.02) as side:
        assert await side.accepts(side.token(OLD))
        side.issuer.answering.clear()
        side.elapsed = 6 * HOUR
        started = time.monotonic()
        assert await side.accepts(side.token(OLD))
        assert time.monotonic() - started < 15
        side.issuer.answering.set()


async def test_a_first_fetch_that_hangs_ends_at_its_deadline() -> None:
    async with push_side(OLD, fetch_deadline=0.05) as side:
        side.issuer.answering.clear()
        assert not await side.accepts(side.token(OLD))


async def test_a_caller_that_gives_up_does_not_end_the_fetch_for_the_others() -> None:
    async with push_side(OLD) as side:
        side.issuer.answering.clear()
        first, second = (asyncio.create_task(side.accepts(side.token(OLD))) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        side.issuer.answering.set()
        assert await second
        assert first.cancelled()
        assert side.issuer.fetches == 1


async def test_closing_ends_a_fetch_and_may_be_repeated() -> None:
    async with push_side(OLD) as side:
        side.issuer.answering.clear()
        waiting = asyncio.create_task(side.accepts(side.token(OLD)))
        await asyncio.sleep(0)
        await side.certificates.aclose()
        await side.certificates.aclose()
        assert not await waiting


async def test_several_keys_are_known_by_their_ids() -> None:
    async with push_side(OLD, NEW) as side:
        assert await all_found(side, OLD.kid, NEW.kid)
        assert not await all_found(side, OTHER.kid)
        assert not await side.accepts(side.token(OTHER))
