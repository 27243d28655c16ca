"""One service a module: users are strangers to one another, so its tests share it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from catalog.devstack.postgres import Cluster
from tests.e2e.person import Person
from tests.e2e.sites import Site, fresh_site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(template: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """For modules that say `pytestmark = pytest.mark.asyncio(loop_scope="module")`."""
    async with fresh_site(template, tmp_path_factory.mktemp("gcs")) as running:
        yield running


@pytest.fixture
def person(site: Site) -> Person:
    """Somebody new."""
    return site.person()
