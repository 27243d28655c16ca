"""A store with every repository there is: what services, workers and operators share."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from catalog.application.operations_store import OperationsStatements
from catalog.application.upkeep_store import UpkeepStatements


class WholeStatements(UpkeepStatements, OperationsStatements, Protocol):
    """Everything one connection can do."""


class WholeStore(Protocol):
    """The Store, the UpkeepStore and the OperationsStore in one."""

    def autocommit(self) -> AbstractAsyncContextManager[WholeStatements]:
        """Lend a connection; each statement is its own transaction."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[WholeStatements]:
        """Lend a connection inside one READ COMMITTED transaction; an exception rolls back."""
        ...
