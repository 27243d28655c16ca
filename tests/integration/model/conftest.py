"""The shared database behind a line that breaks."""

from collections.abc import Iterator

import pytest

from tests.integration.model.site import Site, opened
from tests.support.emptied_database import shared_database

__all__ = ["shared_database"]


@pytest.fixture
def site(shared_database: str) -> Iterator[Site]:
    """One for a whole test: examples empty the tables, not the server."""
    with opened(shared_database) as found:
        yield found
