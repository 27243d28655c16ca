"""The pool that bare statements run on: the service's own, with the service's own settings."""

from contextlib import AbstractAsyncContextManager

import asyncpg

from catalog.adapters.postgres.pool import open_pool
from catalog.runtime.pooling import pool_settings
from catalog.runtime.settings import DatabaseSettings

CONNECTIONS = 16


def database_settings(dsn: str) -> dict[str, str]:
    """What service and bare statements are given alike, as environment variables."""
    return {
        "DATABASE_URL": dsn,
        "CATALOG_DATABASE__POOL_MIN_SIZE": str(CONNECTIONS),
        "CATALOG_DATABASE__POOL_MAX_SIZE": str(CONNECTIONS),
    }


def bare_pool(dsn: str) -> "AbstractAsyncContextManager[asyncpg.Pool[asyncpg.Record]]":
    """Open the pool as `catalog serve` would."""
    database = DatabaseSettings.model_validate(
        {"url": dsn, "pool_min_size": CONNECTIONS, "pool_max_size": CONNECTIONS}
    )
    return open_pool(pool_settings(database))
