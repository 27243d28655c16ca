"""The implementations that each contract holds for."""

import pytest

from catalog.adapters.memory.store import MemoryStore
from catalog.runtime.clock import SystemClock
from tests.contract.subject import Subject
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.memory_ledger import MemoryLedger
from tests.support.sql_ledger import SqlLedger

__all__ = ["emptied_database", "shared_database"]


@pytest.fixture
def database(emptied_database: str) -> str:
    """Contracts share a database; none of them leaves a connection in a state."""
    return emptied_database


@pytest.fixture(params=["memory", "postgres"])
def subject(request: pytest.FixtureRequest) -> Subject:
    """Every implementation of the store, empty."""
    if request.param == "memory":
        store = MemoryStore(SystemClock())
        return Subject(store, MemoryLedger(store))
    pool = request.getfixturevalue("pool")
    return Subject(request.getfixturevalue("store"), SqlLedger(pool))
