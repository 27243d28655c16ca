"""The database as commands of operators reach it: a connection or two, for as long as it takes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace

import asyncpg

from catalog.adapters.postgres.pool import DatabaseSetupError, PoolSettings, open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.runtime import migrations
from catalog.runtime.pooling import pool_settings
from catalog.runtime.settings import DatabaseSettings


class OperationsError(Exception):
    """The database cannot be used; the message says why and what to do, without secrets."""


@asynccontextmanager
async def operations_store(database: DatabaseSettings) -> AsyncIterator[PostgresStore]:
    """Lend the store while the block lasts. Raises OperationsError on the way in."""
    async with AsyncExitStack() as stack:
        with _explained():
            pool = await stack.enter_async_context(open_pool(_few_connections(database)))
            missing = await migrations.missing(pool)
        if missing:
            raise OperationsError(
                f"the database lacks migrations {', '.join(missing)}: run catalog migrate"
            )
        store = PostgresStore(pool, database.acquire_timeout_seconds)
        stack.callback(store.close)
        yield store


def _few_connections(database: DatabaseSettings) -> PoolSettings:
    return replace(
        pool_settings(database),
        min_size=1,
        max_size=min(8, database.pool_max_size),
        application_name="catalog-operator",
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except DatabaseSetupError as error:
        raise OperationsError(str(error)) from None
    # The driver quotes parts of an address that it cannot read.
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise OperationsError(
            f"the database cannot be used ({type(error).__name__}): check DATABASE_URL"
        ) from None
