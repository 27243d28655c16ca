"""Real PostgreSQL of every version at hand, and the use cases over it."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.devstack.postgres import Cluster, running_cluster
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World

__all__ = ["emptied_database", "shared_database"]

_INSTALLED_15 = sorted(Path("/usr/lib/postgresql").glob("15/bin/postgres"))


@pytest.fixture
def database(emptied_database: str) -> str:
    """Most tests share a database; those that change its settings ask for a clone."""
    return emptied_database


@pytest.fixture
def world(store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]") -> World:
    """All use cases over the real store; the bucket and the signer stay in memory."""
    return World(store, SqlLedger(pool))


@pytest.fixture(scope="session")
def cluster_15() -> Iterator[Cluster]:
    """A server of the oldest version that is supported."""
    with running_cluster(binaries=_INSTALLED_15[0].parent, durable=False, trust=True) as server:
        yield server


@pytest.fixture(
    params=[
        pytest.param("cluster", id="the wheel's version"),
        pytest.param(
            "cluster_15",
            id="version 15",
            marks=[] if _INSTALLED_15 else pytest.mark.skip(reason="PostgreSQL 15 not installed"),
        ),
    ],
)
def each_version(request: pytest.FixtureRequest) -> Cluster:
    """Every version at hand in turn; 15 only where one is installed."""
    server: Cluster = request.getfixturevalue(request.param)
    return server
