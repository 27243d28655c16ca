"""What each path costs by the server's own log: statements, each of them one round trip."""

import re
import uuid
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from catalog.adapters.postgres.pool import open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.devstack.postgres import Cluster
from tests.support.builders import a_stored_object, a_user, an_md5, init_facts
from tests.support.postgres import cloned_database, pool_settings
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World

_STATEMENT = re.compile(r"LOG:  (?:statement: (\w+)|execute )")
QUERY = "a named query"


@dataclass(frozen=True, slots=True)
class Counter:
    """Reads what one application said to one database."""

    log: Path
    mark: str

    async def statements(self, call: Awaitable[object]) -> list[str]:
        """Run `call` and return what it said: prepared queries, and the words of plain ones."""
        before = self.log.stat().st_size
        await call
        with self.log.open(errors="replace") as log:
            log.seek(before)
            ours = [line for line in log if f"|{self.mark}| LOG:" in line]
        return [match[1] or QUERY for line in ours if (match := _STATEMENT.search(line))]


@pytest.fixture
async def database(template: Cluster) -> AsyncIterator[str]:
    """A clone of its own whose statements are all in the log."""
    async with cloned_database(template, log_statement="all") as dsn:
        yield dsn


@pytest.fixture
def counter(cluster: Cluster) -> Counter:
    return Counter(cluster.log, f"counted_{uuid.uuid4().hex[:8]}")


@pytest.fixture
async def world(database: str, counter: Counter) -> AsyncIterator[World]:
    """One connection, which has run every query of the paths before; the ledger has another."""
    settings = replace(pool_settings(database, size=1), application_name=counter.mark)
    async with (
        open_pool(settings) as pool,
        open_pool(pool_settings(database, size=1)) as aside,
    ):
        world = World(PostgresStore(pool, acquire_timeout_seconds=20), SqlLedger(aside))
        await warm(world)
        yield world


async def warm(world: World) -> None:
    """Prepare what a service in use has prepared: asyncpg asks once for each query and type."""
    user = a_user()
    video = await world.create_video(user)
    done = await world.completed(user=user, video=video)
    failed = await world.failed()
    await world.get_upload(user, str(done.upload_id))
    await world.get_video(user, str(video.video_id))
    for upload in (done, failed, await world.waiting()):
        await world.init_again(upload)
    await world.finalize(a_stored_object(done))
    await world.finalize(a_stored_object(init_facts()))
    waiting, other = await world.waiting(), await world.failed()
    await world.finalize(a_stored_object(other, md5=an_md5()))
    await world.bind(waiting, await world.create_video(waiting.user_id))


async def test_a_new_init_is_one_statement_without_a_transaction(
    world: World, counter: Counter
) -> None:
    user = a_user()
    assert await counter.statements(world.init(user)) == [QUERY]
    [made] = [each for each in await world.ledger.uploads() if each.user_id == user]
    assert len(await world.ledger.history(made.upload_id)) == 1


async def test_get_upload_is_one_statement(world: World, counter: Counter) -> None:
    upload = await world.waiting()
    call = world.get_upload(upload.user_id, str(upload.upload_id))
    assert await counter.statements(call) == [QUERY]


async def test_get_video_is_one_statement(world: World, counter: Counter) -> None:
    user = a_user()
    video = await world.create_video(user)
    assert await counter.statements(world.get_video(user, str(video.video_id))) == [QUERY]


async def test_create_video_is_one_statement(world: World, counter: Counter) -> None:
    assert await counter.statements(world.create_video(a_user())) == [QUERY]


async def test_a_completion_is_four_round_trips(world: World, counter: Counter) -> None:
    stored = a_stored_object(await world.waiting())
    said = await counter.statements(world.finalize(stored))
    assert said == ["BEGIN", QUERY, QUERY, "COMMIT"]


async def test_a_refused_object_is_four_round_trips(world: World, counter: Counter) -> None:
    stored = a_stored_object(await world.waiting(), md5=an_md5())
    said = await counter.statements(world.finalize(stored))
    assert said == ["BEGIN", QUERY, QUERY, "COMMIT"]


async def test_a_duplicate_is_three_round_trips(world: World, counter: Counter) -> None:
    stored = a_stored_object(await world.waiting())
    await world.finalize(stored)
    assert await counter.statements(world.finalize(stored)) == ["BEGIN", QUERY, "COMMIT"]


async def test_a_renewed_init_is_an_insert_and_a_transaction_of_two(
    world: World, counter: Counter
) -> None:
    upload = await world.waiting()
    said = await counter.statements(world.init_again(upload))
    assert said == [QUERY, "BEGIN", QUERY, QUERY, "COMMIT"]


async def test_the_isolation_is_said_and_no_connection_is_reset(
    world: World, counter: Counter, cluster: Cluster
) -> None:
    before = cluster.log.stat().st_size
    await world.completed()
    with cluster.log.open(errors="replace") as log:
        log.seek(before)
        ours = [line for line in log if counter.mark in line]
    assert any("BEGIN ISOLATION LEVEL READ COMMITTED" in line for line in ours)
    assert not any("RESET" in line or "UNLISTEN" in line for line in ours)
