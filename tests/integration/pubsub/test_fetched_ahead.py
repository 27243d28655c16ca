"""A process begins to fetch the issuer's keys before the first push asks for one."""

import asyncio

from structlog.testing import capture_logs

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.metrics.pushes import CERTIFICATE_FETCHES
from tests.integration.pubsub.push_side import PushSide, push_side
from tests.support.waiting import until
from tests.unit.adapters.pubsub.tokens import issuer_pair

KEYS = issuer_pair("a" * 40)


async def fetched_ahead(side: PushSide, measures: MemoryMeasures, result: str) -> None:
    side.certificates.fetch_ahead()
    await until(lambda: measures.count(CERTIFICATE_FETCHES, result=result))


async def test_the_first_push_finds_keys() -> None:
    measures = MemoryMeasures()
    async with push_side(KEYS, measures=measures) as side:
        await fetched_ahead(side, measures, "ok")
        side.issuer.break_down()
        assert await side.accepts(side.token(KEYS))
        assert side.issuer.fetches == 1


async def test_a_push_that_comes_meanwhile_waits_for_the_same_fetch() -> None:
    async with push_side(KEYS) as side:
        side.issuer.answering.clear()
        side.certificates.fetch_ahead()
        side.certificates.fetch_ahead()
        push = asyncio.create_task(side.accepts(side.token(KEYS)))
        await until(lambda: side.issuer.fetches)
        side.issuer.answering.set()
        assert await push
        assert side.issuer.fetches == 1


async def test_an_issuer_that_is_away_at_start_is_only_counted() -> None:
    measures = MemoryMeasures()
    with capture_logs() as logs:
        async with push_side(KEYS, measures=measures) as side:
            side.issuer.break_down()
            await fetched_ahead(side, measures, "failed")
            side.issuer.publish(KEYS)
            assert await side.accepts(side.token(KEYS))
    assert logs == []


async def test_a_process_may_end_while_it_fetches() -> None:
    async with push_side(KEYS) as side:
        side.issuer.answering.clear()
        side.certificates.fetch_ahead()
        await until(lambda: side.issuer.fetches)
        await side.certificates.aclose()
        side.issuer.answering.set()
