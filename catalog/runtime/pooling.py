"""The settings of the database, spelled as the pool wants them."""

from catalog.adapters.postgres.pool import PoolSettings
from catalog.runtime.settings import DatabaseSettings


def pool_settings(database: DatabaseSettings) -> PoolSettings:
    """As the servers and the workers open it."""
    return PoolSettings(
        url=database.dsn(),
        min_size=database.pool_min_size,
        max_size=database.pool_max_size,
        connect_timeout=database.connect_timeout_seconds,
        command_timeout=database.command_timeout_seconds,
        statement_timeout=database.statement_timeout_seconds,
        lock_timeout=database.lock_timeout_seconds,
        idle_in_transaction_timeout=database.idle_in_transaction_timeout_seconds,
        timeouts_from=database.timeouts_from,
        statement_cache_size=database.statement_cache_size,
    )
