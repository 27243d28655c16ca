"""What every process of ours needs to start, and why it cannot, said in one line."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import asyncpg

from catalog.adapters.gcs.key_signer import SigningKeyError
from catalog.adapters.postgres.pool import DatabaseSetupError, open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.runtime import migrations
from catalog.runtime.config import Config
from catalog.runtime.pooling import pool_settings


class StartError(Exception):
    """The service cannot start; the message says why and what to do, without secrets."""


@asynccontextmanager
async def opened_store(config: Config) -> AsyncIterator[PostgresStore]:
    """Connect, and see that the schema is complete. Raises StartError."""
    async with AsyncExitStack() as stack:
        with database_explained():
            pool = await stack.enter_async_context(open_pool(pool_settings(config.database)))
            await _require_schema(pool)
        store = PostgresStore(pool, config.database.acquire_timeout_seconds)
        stack.callback(store.close)
        yield store


async def _require_schema(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    missing = await migrations.missing(pool)
    if missing:
        raise StartError(f"the database lacks migrations {', '.join(missing)}: run catalog migrate")


@contextmanager
def database_explained() -> Iterator[None]:
    """Say what kept us from the database, in one line without hosts, names or values."""
    try:
        yield
    except DatabaseSetupError as error:
        raise StartError(str(error)) from None
    # The driver quotes parts of an address that it cannot read.
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise StartError(
            f"the database cannot be used ({type(error).__name__}): check DATABASE_URL"
        ) from None


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the adapters refuse into one line."""
    try:
        yield
    except (SigningKeyError, ValueError) as error:
        raise StartError(f"cannot start: {error}") from None


@contextmanager
def listening(setting: str, address: str) -> Iterator[None]:
    """Name the address that cannot be had; RuntimeError is gRPC's way to say so."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "in use?"
        raise StartError(f"{setting}: cannot listen on {address} ({why})") from None
