"""The implementations that each contract holds for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.memory.store import MemoryStore
from catalog.emulator import Emulator
from catalog.runtime.clock import SystemClock
from tests.contract.subject import Subject
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.emulators import fresh_emulator
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    """Google's side of the real adapters; tests use names of their own and clear its faults."""
    async with fresh_emulator(tmp_path_factory.mktemp("contract-emulator")) as running:
        yield running


@dataclass(frozen=True, slots=True)
class CloudStorage:
    """The real adapter on the emulator, and the same one without the patience for its faults."""

    emulator: Emulator
    objects: BucketObjects
    impatient: BucketObjects


@pytest_asyncio.fixture(loop_scope="session")
async def cloud_storage(emulator: Emulator) -> AsyncIterator[CloudStorage]:
    objects, impatient = (
        BucketObjects(project_id="x", endpoint=emulator.url, deadline_seconds=seconds)
        for seconds in (20.0, 0.3)
    )
    yield CloudStorage(emulator, objects, impatient)
    emulator.faults.clear()
    await objects.aclose()
    await impatient.aclose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client that goes straight to loopback."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client
