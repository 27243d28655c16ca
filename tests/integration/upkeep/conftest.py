"""A site per test, on the database that all share."""

import pytest

from tests.support.emptied_database import emptied_database, shared_database
from tests.support.upkeep_site import site

__all__ = ["emptied_database", "shared_database", "site"]


@pytest.fixture
def database(emptied_database: str) -> str:
    """Emptied, not cloned: none of these tests leaves a connection in a state."""
    return emptied_database
