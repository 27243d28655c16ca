"""A running emulator, a Catalog in front of it, and a client with little patience."""

import dataclasses
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from catalog.client import CatalogClient, ClientSettings, RetryPolicy, Uploader
from catalog.emulator import Emulator, EmulatorSettings, run_emulator
from tests.integration.client.catalog_server import CatalogServer, run_catalog

SETTINGS = ClientSettings(
    rpc_retry=RetryPolicy(max_attempts=3, first_wait=0.01, longest_wait=0.05, deadline=10),
    storage_retry=RetryPolicy(max_attempts=4, first_wait=0.01, longest_wait=0.05, deadline=20),
    confirm_deadline=10,
    poll_first_wait=0.01,
    poll_longest_wait=0.05,
    # Chunks as small as a test says, however fast they go.
    largest_chunk_bytes=0,
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    """One for all tests here: making its keys takes longer than most of them."""
    async with run_emulator(EmulatorSettings(data_dir=tmp_path_factory.mktemp("gcs"))) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def emulator(shared_emulator: Emulator) -> AsyncIterator[Emulator]:
    """As good as new: no objects, no requests, no faults."""
    yield shared_emulator
    shared_emulator.faults.clear()
    shared_emulator.requests.clear()
    for stored in list(shared_emulator.objects):
        shared_emulator.objects.delete(stored.bucket, stored.name, stored.generation, None)


@pytest_asyncio.fixture(loop_scope="session")
async def catalog(emulator: Emulator) -> AsyncIterator[CatalogServer]:
    async with run_catalog(emulator) as running:
        yield running


@pytest.fixture
def user_id() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def settings() -> ClientSettings:
    return dataclasses.replace(SETTINGS)


@pytest_asyncio.fixture(loop_scope="session")
async def client(
    catalog: CatalogServer, user_id: str, settings: ClientSettings
) -> AsyncIterator[CatalogClient]:
    async with CatalogClient(catalog.target, user_id, settings=settings) as connected:
        yield connected


@pytest.fixture
def uploader(client: CatalogClient, state_dir: Path) -> Uploader:
    return Uploader(client, state_dir=state_dir)
