"""What the driver raises, said once in the words of the application."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError, DatabaseUnavailableError

_RUN_AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_BUSY = (asyncpg.LockNotAvailableError,)
# Connections that break, servers that start, stop or turn read-only, deadlines that pass.
_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The server's farewell was read and the end of the connection was not, yet.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
    TimeoutError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn driver errors into the application's; programming errors pass unchanged.

    The driver's text never goes on: it may hold hosts, names and values.
    """
    try:
        yield
    except _RUN_AGAIN:
        raise ConcurrentChangeError from None
    except _BUSY:
        raise ContentionError from None
    except _UNAVAILABLE:
        raise DatabaseUnavailableError from None
