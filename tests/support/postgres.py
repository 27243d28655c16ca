"""A real PostgreSQL for every test: one server a session, one migrated clone a test."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from catalog.adapters.postgres.pool import PoolSettings, open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.devstack.postgres import Cluster, running_cluster
from catalog.runtime import migrations

TEMPLATE = "catalog_template"
"""The migrated database that tests clone."""


def pool_settings(dsn: str, *, size: int = 10) -> PoolSettings:
    """Settings as the service has them, with `size` connections at most."""
    return PoolSettings(
        url=dsn,
        min_size=1,
        max_size=size,
        connect_timeout=10,
        command_timeout=20,
        statement_timeout=20,
        lock_timeout=15,
        idle_in_transaction_timeout=30,
        timeouts_from="startup",
        statement_cache_size=200,
    )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server for the whole session. CATALOG_TEST_POSTGRES_BIN chooses another version.

    It counts and tidies nothing by itself: that would come at any moment of a test, or at none.
    """
    chosen = os.environ.get("CATALOG_TEST_POSTGRES_BIN")
    with running_cluster(
        binaries=Path(chosen) if chosen else None, durable=False, trust=True
    ) as server:
        asyncio.run(_leave_tables_alone(server))
        yield server


async def _leave_tables_alone(cluster: Cluster) -> None:
    admin = await asyncpg.connect(cluster.dsn())
    try:
        await admin.execute("ALTER SYSTEM SET autovacuum = off")
        await admin.execute("SELECT pg_reload_conf()")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> Cluster:
    """The server with `TEMPLATE` in it."""
    migrations.apply(cluster.dsn(TEMPLATE))
    return cluster


@asynccontextmanager
async def cloned_database(template: Cluster, **session: str) -> AsyncIterator[str]:
    """Address of a fresh, migrated database whose sessions begin with these settings."""
    name = f"test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(template.dsn())
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        for setting, value in session.items():
            await admin.execute(f"ALTER DATABASE {name} SET {setting} = '{value}'")
        yield template.dsn(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


async def lasting_database(cluster: Cluster, template: str = TEMPLATE) -> str:
    """Address of a fresh clone; it goes with its server, as dropping it takes long."""
    name = f"lasting_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(cluster.dsn())
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await admin.close()
    return cluster.dsn(name)


@pytest.fixture
async def database(template: Cluster) -> AsyncIterator[str]:
    """Address of a fresh, migrated database."""
    async with cloned_database(template) as dsn:
        yield dsn


@pytest.fixture
async def pool(database: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """A pool as the service opens it, on a fresh database."""
    async with open_pool(pool_settings(database)) as opened:
        yield opened


@pytest.fixture
async def store(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[PostgresStore]:
    """The real store on a fresh database."""
    opened = PostgresStore(pool, acquire_timeout_seconds=20)
    yield opened
    opened.close()
