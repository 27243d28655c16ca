"""The look at the levels walks what is open, not what was ever written."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import asyncpg

from catalog.adapters.postgres.queries import load

_LEVELS = load("levels.sql")["levels"]
_TERMS = {"session_life": timedelta(days=7), "stuck_after": 10, "buckets": ["b"]}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def test_each_count_has_a_partial_index_of_its_own(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        # Empty tables are read whole otherwise, whatever indexes there are.
        await connection.execute("SET LOCAL enable_seqscan = off")
        explain = f"EXPLAIN (FORMAT JSON) {_LEVELS.text}"
        plan = json.loads(await connection.fetchval(explain, *_LEVELS.arguments(_TERMS)))
    found = list(nodes(plan[0]["Plan"]))
    read_whole = {each["Relation Name"] for each in found if each["Node Type"] == "Seq Scan"}
    assert read_whole <= {"sweep_progress"}  # a handful of rows
    used = {each["Index Name"] for each in found if "Index Name" in each}
    by_waiting = {"outbox_events_waiting_by_shard", "outbox_events_waiting_by_aggregate"}
    by_end = {"object_deletions_finished", "object_deletions_by_age"}
    assert used - by_waiting - by_end == {
        "uploads_waiting_by_deadline",
        "inbox_events_open",
        "object_deletions_due",
    }
    assert used & by_waiting
    assert used & by_end
