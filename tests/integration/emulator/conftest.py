"""One emulator for all tests here; every test uses object names and faults of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from catalog.emulator import Emulator, EmulatorSettings, run_emulator
from catalog.emulator.push_client import PushTarget
from tests.integration.emulator.receiver import Receiver, receiving
from tests.integration.emulator.topics import PubsubClients

AUDIENCE = "https://api.catalog.test/_/gcs/callback"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    folder: Path = tmp_path_factory.mktemp("emulator")
    settings = EmulatorSettings(data_dir=folder, redelivery_min_seconds=0.01)
    async with run_emulator(settings) as emulator:
        yield emulator


@pytest_asyncio.fixture(loop_scope="session")
async def emulator(shared: Emulator) -> AsyncIterator[Emulator]:
    """The shared emulator with nothing wrong and nothing pending."""
    yield shared
    shared.faults.clear()
    await shared.pushes.discard()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def pubsub(emulator: Emulator) -> AsyncIterator[PubsubClients]:
    """Google's clients; what a test leaves subscribed is gone with it."""
    clients = PubsubClients(emulator)
    yield clients
    await clients.close()
    await emulator.state.subscriptions.close()


@pytest_asyncio.fixture(loop_scope="session")
async def receiver(emulator: Emulator) -> AsyncIterator[Receiver]:
    """A push endpoint that the emulator pushes to during this test."""
    async with receiving() as endpoint:
        emulator.pushes.set_target(PushTarget(endpoint.url, AUDIENCE))
        yield endpoint
        emulator.faults.clear()
        await emulator.pushes.discard()
