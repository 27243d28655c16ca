"""One emulator for all tests here; each uses object names of its own and clears its faults."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.emulator import Emulator
from tests.support.emulators import fresh_emulator


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    async with fresh_emulator(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest_asyncio.fixture(loop_scope="session")
async def emulator(shared: Emulator) -> AsyncIterator[Emulator]:
    """The shared emulator with nothing wrong."""
    yield shared
    shared.faults.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def objects(emulator: Emulator) -> AsyncIterator[BucketObjects]:
    """The store under test, on the emulator."""
    store = BucketObjects(project_id="catalog-test", endpoint=emulator.url, deadline_seconds=5)
    yield store
    await store.aclose()
