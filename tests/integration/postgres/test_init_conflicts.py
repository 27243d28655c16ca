"""A first Init that meets another row: nothing is made, and nothing is raised."""

import asyncio
from typing import TypeAlias

import asyncpg

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import HistoryEntry, InitFacts
from catalog.domain.upload import Decision
from tests.integration.postgres.waits import until_waiting
from tests.support.builders import an_md5, init_facts

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
MADE = HistoryEntry("user", "init", Decision.INSERT)


async def made(store: PostgresStore, facts: InitFacts) -> str:
    """Insert as an Init does, and name how that ended."""
    try:
        async with store.autocommit() as statements:
            timed = await statements.uploads.insert_by_user_md5(facts, MADE)
    except asyncpg.PostgresError as fault:
        return type(fault).__name__
    return "nothing" if timed is None else "an upload"


def same_content(first: InitFacts) -> InitFacts:
    elsewhere = init_facts(first.user_id).ref
    return init_facts(first.user_id, first.md5, ref=elsewhere)


def same_object(first: InitFacts) -> InitFacts:
    return init_facts(ref=first.ref)


def same_both(first: InitFacts) -> InitFacts:
    return init_facts(first.user_id, first.md5)


async def test_whichever_unique_index_an_init_meets_it_only_makes_nothing(
    store: PostgresStore,
) -> None:
    first = init_facts()
    ends = [await made(store, first)]
    ends += [await made(store, meet(first)) for meet in (same_content, same_object, same_both)]
    assert ends == ["an upload", "nothing", "nothing", "nothing"]
    assert await made(store, init_facts(first.user_id, an_md5())) == "an upload"


async def test_an_init_waits_for_one_that_is_under_way_and_then_makes_nothing(
    store: PostgresStore, pool: Pool
) -> None:
    first = init_facts()
    meetings = (same_content, same_object, same_both)
    async with asyncio.TaskGroup() as tasks, store.transaction() as statements:
        await statements.uploads.insert_by_user_md5(first, MADE)
        others = [tasks.create_task(made(store, meet(first))) for meet in meetings]
        await until_waiting(pool, len(others))
    assert [each.result() for each in others] == ["nothing"] * len(others)
