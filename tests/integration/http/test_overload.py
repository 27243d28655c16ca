"""More pushes than there are places for: 503 before anything is read, and a time to wait."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from structlog.testing import capture_logs

from tests.integration.http.sidecar import GOOD, Desk, Sidecar, head, running, wire
from tests.support.waiting import seen, until
from tests.unit.adapters.http.pushes import a_push, body


@asynccontextmanager
async def full() -> AsyncIterator[Sidecar]:
    """A sidecar whose only place is taken by a push that waits."""
    desk = Desk(wait=asyncio.Event())
    async with running(desk, max_at_once=1, retry_after_seconds=7) as sidecar:
        first = asyncio.ensure_future(sidecar.push(body(a_push())))
        async with asyncio.timeout(20):
            await desk.started.wait()
        sidecar.doorman.asked.clear()
        try:
            yield sidecar
        finally:
            assert desk.wait is not None
            desk.wait.set()
            assert (await first).status_code == 204


async def test_a_push_too_many_is_to_come_again_and_nobody_looked_at_it() -> None:
    async with full() as sidecar:
        refused = await sidecar.push(body(a_push()))
        assert not sidecar.doorman.asked.is_set()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "7")
    assert refused.content == b""
    assert len(sidecar.desk.arrivals) == 1


async def test_it_is_answered_before_its_body_has_come() -> None:
    async with full() as sidecar, wire(sidecar) as line:
        await line.send(head(100_000, f"authorization: {GOOD['authorization']}"))
        assert await line.answer() == (503, b"")


async def test_whoever_comes_when_the_place_is_free_again_is_taken() -> None:
    async with full() as sidecar:
        assert (await sidecar.push(body(a_push()))).status_code == 503
        assert sidecar.desk.wait is not None
        sidecar.desk.wait.set()
        await seen(lambda: sidecar.push(body(a_push())), lambda answer: answer.status_code == 204)


async def test_pushes_too_many_are_told_by_number() -> None:
    with capture_logs() as logs:
        async with full() as sidecar:
            for _ in range(20):
                await sidecar.push(body(a_push()))
            await until(lambda: _limited(logs) == 20)
    assert len([line for line in logs if line["event"] == "push_limited"]) < 10


def _limited(logs: Sequence[Mapping[str, Any]]) -> int:
    return sum(line["pushes"] for line in logs if line["event"] == "push_limited")
