"""Small answers go out at once, however a server's loop writes head and body."""

from time import perf_counter

import pytest

from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
HELD_BACK = 0.03
"""Nagle's algorithm keeps a body until the head is acknowledged, which takes a client 40 ms."""


async def quickest(site: Site, url: str) -> float:
    """Seconds of the quickest of many requests over one connection: load makes none quicker."""
    times = []
    for _ in range(20):
        start = perf_counter()
        answer = await site.http.get(url)
        times.append(perf_counter() - start)
        assert answer.content
    return min(times[1:])


async def test_the_sidecar_holds_no_answer_back(site: Site) -> None:
    assert await quickest(site, f"{site.service.url}/healthz") < HELD_BACK


async def test_the_emulator_holds_no_answer_back(site: Site) -> None:
    assert await quickest(site, site.emulator.certs_url) < HELD_BACK
