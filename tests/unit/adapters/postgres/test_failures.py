"""What the driver raises becomes what the use cases know, and tells nothing of the database."""

import asyncio

import asyncpg
import pytest

from catalog.adapters.postgres.failures import translated
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError, DatabaseUnavailableError, VideoNotFoundError

CANARY = "postgresql://catalog:hush@db.internal/catalog"


def raised(fault: BaseException) -> BaseException:
    """Raise within the block and return what comes out."""
    with pytest.raises(BaseException) as out, translated():  # noqa: PT011 - any, and it is looked at
        raise fault
    return out.value


@pytest.mark.parametrize("kind", [asyncpg.SerializationError, asyncpg.DeadlockDetectedError])
def test_a_lost_race_is_run_again(kind: type[Exception]) -> None:
    assert isinstance(raised(kind(CANARY)), ConcurrentChangeError)


def test_a_lock_that_is_not_to_be_had_is_contention() -> None:
    assert isinstance(raised(asyncpg.LockNotAvailableError(CANARY)), ContentionError)


@pytest.mark.parametrize(
    "kind",
    [
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.ConnectionFailureError,
        asyncpg.InterfaceError,
        asyncpg.CannotConnectNowError,
        asyncpg.TooManyConnectionsError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
        asyncpg.QueryCanceledError,
        asyncpg.IdleInTransactionSessionTimeoutError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.DiskFullError,
        asyncpg.OutOfMemoryError,
        asyncpg.InvalidPasswordError,
        asyncpg.InvalidCatalogNameError,
        ConnectionRefusedError,
        ConnectionResetError,
        TimeoutError,
        asyncio.TimeoutError,
    ],
)
def test_a_database_that_does_not_answer_is_a_passing_fault(kind: type[Exception]) -> None:
    out = raised(kind(CANARY))
    assert isinstance(out, DatabaseUnavailableError)
    assert CANARY not in str(out)
    assert (out.__cause__, out.__suppress_context__) == (None, True)


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.UniqueViolationError("x"),
        asyncpg.UndefinedTableError("x"),
        asyncpg.CharacterNotInRepertoireError("x"),
        asyncpg.exceptions._base.DataError("a value that the driver cannot send"),
        asyncpg.ClientConfigurationError("x"),
        TypeError("x"),
        VideoNotFoundError(),
        ConcurrentChangeError(),
        asyncio.CancelledError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_errors_of_programs_and_rules_pass_unchanged(fault: BaseException) -> None:
    """To try again would not help: they must not look like a passing fault."""
    assert raised(fault) is fault
