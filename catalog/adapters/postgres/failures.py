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
    # A connection whose end was announced while it was idle: the driver has not closed it yet.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
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
    except OSError:  # first: a failed TLS handshake is a ValueError as well
        raise DatabaseUnavailableError from None
    except ValueError:  # a value that cannot be sent is an InterfaceError too, but no outage
        raise
    except _UNAVAILABLE:
        raise DatabaseUnavailableError from None
