"""Relays as people run them: processes of their own, or in the server; with the real publisher."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.devstack.ports import free_port
from catalog.devstack.stack import service_settings
from catalog.emulator import Emulator
from catalog.runtime.service import work
from catalog.runtime.starting import StartError
from tests.integration.relay.pooler import pooler
from tests.support.announcing import announce
from tests.support.commands import task
from tests.support.outbox import an_outbox_record, records_of_one
from tests.support.service import running_service, service_config
from tests.support.waiting import until


@asynccontextmanager
async def relay_process(
    emulator: Emulator, dsn: str, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay that publishes to the emulator."""
    environment = service_settings(emulator, dsn) | settings
    environment["CATALOG_PUBSUB__ENDPOINT"] = f"http://{emulator.pubsub_target}"
    async with task("outbox", environment) as process:
        yield process


async def test_a_process_publishes_says_that_it_is_ready_and_ends_when_told(
    emulator: Emulator, database: str, store: PostgresStore
) -> None:
    events, port = records_of_one(3), free_port()
    await announce(store, *events)
    address = {"CATALOG_WORKERS__HTTP_ADDR": f"127.0.0.1:{port}"}
    async with relay_process(emulator, database, **address) as process:
        await until(lambda: len(emulator.published) == 3)
        async with httpx.AsyncClient(trust_env=False) as http:
            ready = await http.get(f"http://127.0.0.1:{port}/readyz")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    assert ready.status_code == 200
    assert {"outbox", "outbox_pruning", "database"} <= ready.json()["components"].keys()
    assert [message.data for message in emulator.published] == [each.payload for each in events]
    assert {message.ordering_key for message in emulator.published} == {str(events[0].aggregate_id)}
    async with store.autocommit() as statements:
        assert len(await statements.outbox.page("published", 0, 10)) == 3


async def test_the_server_does_the_work_too_where_it_is_told_to(
    emulator: Emulator, database: str, store: PostgresStore
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "workers": {"in_server": True},
        "pubsub": {"endpoint": f"http://{emulator.pubsub_target}"},
    }
    async with running_service(emulator, database, changes) as live:
        event = an_outbox_record()
        await announce(store, event)
        await until(lambda: emulator.published)
        async with httpx.AsyncClient(trust_env=False) as http:
            components = (await http.get(f"{live.url}/readyz")).json()["components"]
        assert components["outbox"] == "ok"
    assert [message.data for message in emulator.published] == [event.payload]


async def test_a_server_that_is_not_told_to_leaves_the_work_to_others(
    emulator: Emulator, database: str
) -> None:
    async with running_service(emulator, database) as live, httpx.AsyncClient() as http:
        assert "outbox" not in (await http.get(f"{live.url}/readyz")).json()["components"]


async def test_a_relay_refuses_to_start_behind_a_transaction_pooler(
    emulator: Emulator, database: str
) -> None:
    async with pooler(database) as address:
        config = service_config(emulator, database, {"database": {"direct_url": address}})
        with pytest.raises(StartError, match="direct_url leads through a transaction pooler"):
            async with work(config, ["outbox"]):
                pass


async def test_a_relay_refuses_to_start_when_it_is_not_known_where_events_go(
    emulator: Emulator, database: str
) -> None:
    config = service_config(emulator, database, {"gcs": {"project_id": ""}})
    with pytest.raises(StartError, match=r"pubsub\.project_id: must be set"):
        async with work(config, ["outbox"]):
            pass
