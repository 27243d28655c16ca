"""What a new Init asks of database and signer is counted from outside, once each."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest_asyncio

from bench.counting.line import counted_line
from bench.counting.service import CountedService, counted_service
from bench.load.jobs import load_grpc
from tests.support.emulators import fresh_emulator

FIRST, CALLS = 20, 100
_LONGEST_SECONDS = 60.0


@pytest_asyncio.fixture
async def counted(database: str, tmp_path: Path) -> AsyncIterator[CountedService]:
    async with (
        fresh_emulator(tmp_path / "gcs") as emulator,
        counted_service(emulator, database, tmp_path / "service.log") as service,
    ):
        yield service


async def new_inits(counted: CountedService, tag: str, count: int) -> None:
    told = await load_grpc(
        kind="init",
        port=counted.service.grpc_port,
        server=counted.service.process.pid,
        seconds=_LONGEST_SECONDS,
        warm_seconds=0.0,
        tag=tag,
        count=count,
        at_once=8,
    )
    assert (told["total"], told["errors"], told["first_error"]) == (count, 0, "")


async def test_a_new_init_is_one_round_trip_and_one_signature(counted: CountedService) -> None:
    await new_inits(counted, "first", FIRST)
    before = counted.counts()
    await new_inits(counted, "counted", CALLS)
    after = counted.counts()
    assert after.signatures - before.signatures == CALLS
    # The process looks at its database by itself, too, though never so often.
    assert CALLS <= after.round_trips - before.round_trips < 2 * CALLS


async def test_every_statement_on_a_line_is_counted_and_answered(database: str) -> None:
    async with counted_line(database) as line:
        connection = await asyncpg.connect(line.dsn)
        counts = [line.round_trips]
        for _ in range(2):
            assert await connection.fetchval("SELECT 41 + $1::int", 1) == 42
            counts.append(line.round_trips)
        async with connection.transaction():
            await connection.execute("SELECT 1")
        counts.append(line.round_trips)
        await connection.close()
    first, again, transaction = (b - a for a, b in pairwise(counts))
    assert (first, again, transaction) == (2, 1, 3)


async def test_a_client_that_prefers_tls_is_carried_without_it(database: str) -> None:
    async with counted_line(database.replace("sslmode=disable", "sslmode=prefer")) as line:
        connection = await asyncpg.connect(line.dsn)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
