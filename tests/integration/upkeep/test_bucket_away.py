"""A bucket that is gone or refuses us takes neither other walks nor a server out of service."""

import asyncio
import time

from catalog.adapters.postgres.store import PostgresStore
from catalog.runtime.workers import running_workers
from tests.support.service import service_config
from tests.support.untold import untold
from tests.support.upkeep_site import Site
from tests.support.waiting import SECONDS

GONE = "a-bucket-of-old"
"""The first of all, by name."""
_FINISHED = "SELECT count(*) FROM catalog.sweep_progress WHERE outcome = 'finished'"


async def test_a_bucket_that_is_gone_holds_up_no_other_walk(site: Site, database: str) -> None:
    changes = {"gcs": {"accepted_buckets": [GONE]}}
    config = service_config(site.emulator, database, changes)
    store = PostgresStore(site.pool, 5)
    async with running_workers(config, store, untold(), ("bucket_sweep",)) as workers:
        deadline = time.monotonic() + SECONDS
        while workers.states() != {"bucket_sweep": "ok"} or await site.pool.fetchval(_FINISHED) < 2:
            assert time.monotonic() < deadline, workers.states()
            await asyncio.sleep(0.02)
    unfinished = "SELECT name FROM catalog.sweep_progress WHERE outcome IS DISTINCT FROM 'finished'"
    assert [row["name"] for row in await site.pool.fetch(unfinished)] == [f"bucket/{GONE}/repair"]
