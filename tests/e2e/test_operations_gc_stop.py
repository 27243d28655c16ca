"""Sweeps by hand that do not come to their end: what was done is told, and goes on later."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.e2e.operators import Desk, desk
from tests.support.builders import BUCKET
from tests.support.commands import end_of, started
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.upkeep_site import Site, site

__all__ = ["desk", "emptied_database", "shared_database", "site"]
ORPHANS = 600
_POSITION = "SELECT position FROM catalog.sweep_progress WHERE name LIKE 'bucket/%'"


@pytest.fixture
def database(emptied_database: str) -> str:
    """One for all tests: cheaper than a clone a test."""
    return emptied_database


async def test_a_sweep_that_is_told_to_end_says_how_far_it_came_and_goes_on_there(
    site: Site, database: str, tmp_path: Path
) -> None:
    with site.long_ago():
        for _ in range(ORPHANS):
            site.put_orphan()
    settings = {
        "DATABASE_URL": database,
        "CATALOG_GCS__BUCKET": BUCKET,
        "CATALOG_GCS__PROJECT_ID": "x",
        "CATALOG_GCS__ENDPOINT": site.emulator.url,
        "CATALOG_GC__PAGE_SIZE": "2",
    }
    async with started("gc", "run", "--json", folder=tmp_path, environment=settings) as process:
        async with asyncio.timeout(60):
            while not await site.pool.fetchval(_POSITION):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
        process.terminate()
        ended = await end_of(process)
    waiting, bucket = json.loads(ended.out)["sweeps"]
    assert (ended.code, waiting["state"], bucket["state"]) == (1, "finished", "stopped")
    assert 0 < bucket["objects"] < ORPHANS
    assert "the next run goes on from there" in ended.err

    settings["CATALOG_GC__PAGE_SIZE"] = "1000"
    async with started("gc", "run", "--json", folder=tmp_path, environment=settings) as process:
        again = json.loads((await end_of(process)).out)["sweeps"][1]
    assert (again["state"], again["objects"]) == ("finished", ORPHANS)
    assert again["started_at"] == bucket["started_at"]


def test_what_was_done_before_a_fault_is_shown(desk: Desk, database: str) -> None:
    settings = {
        "CATALOG_GCS__BUCKET": BUCKET,
        "CATALOG_GCS__ENDPOINT": "http://127.0.0.1:1",
        "CATALOG_GCS__TIMEOUT_SECONDS": "0.5",
    }
    ended = desk.run(database, ("gc", "run", "--json"), settings)
    assert ended.code == 1
    assert [each["state"] for each in json.loads(ended.out)["sweeps"]] == ["finished"]
    assert ended.err.count("\n") == 1
    assert "object store" in ended.err
    assert "the next run goes on from there" in ended.err
