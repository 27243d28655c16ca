"""What the driver raises, said once in the words of the application."""

from contextlib import AbstractContextManager
from types import TracebackType

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


def meaning_of(fault: BaseException) -> Exception | None:
    """Say a driver error in the application's words; None for what passes unchanged.

    The driver's text never goes on: it may hold hosts, names and values.
    """
    if isinstance(fault, _RUN_AGAIN):
        return ConcurrentChangeError()
    if isinstance(fault, _BUSY):
        return ContentionError()
    if isinstance(fault, OSError):  # first: a failed TLS handshake is a ValueError as well
        return DatabaseUnavailableError()
    if isinstance(fault, ValueError):
        # A value that cannot be sent is an InterfaceError too, but no outage.
        return None
    return DatabaseUnavailableError() if isinstance(fault, _UNAVAILABLE) else None


class _Translated:
    """A block whose driver errors leave it as the application's."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if fault is not None and (meaning := meaning_of(fault)) is not None:
            raise meaning from None


_TRANSLATED = _Translated()


def translated() -> AbstractContextManager[None]:
    """Turn driver errors into the application's; programming errors pass unchanged."""
    return _TRANSLATED
