"""Starting and stopping an emulator."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from catalog.emulator import EmulatorSettings, run_emulator
from catalog.emulator.faults import Stall
from catalog.emulator.push_client import PushTarget
from tests.integration.emulator.receiver import receiving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_two_emulators_run_side_by_side_with_keys_of_their_own(tmp_path: Path) -> None:
    first = EmulatorSettings(data_dir=tmp_path / "one")
    second = EmulatorSettings(data_dir=tmp_path / "two")
    async with run_emulator(first) as one, run_emulator(second) as two:
        assert one.url != two.url
        assert one.issuer.kid != two.issuer.kid


async def test_the_port_is_free_again_and_the_folder_can_be_used_again(tmp_path: Path) -> None:
    async with run_emulator(EmulatorSettings(data_dir=tmp_path)) as emulator:
        port = int(emulator.url.rpartition(":")[2])
    async with run_emulator(EmulatorSettings(data_dir=tmp_path, port=port)) as emulator:
        assert emulator.url.endswith(f":{port}")


async def test_a_taken_port_is_an_error_at_once(tmp_path: Path) -> None:
    async with run_emulator(EmulatorSettings(data_dir=tmp_path / "one")) as emulator:
        port = int(emulator.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            async with run_emulator(EmulatorSettings(data_dir=tmp_path / "two", port=port)):
                pass


async def test_a_taken_pubsub_port_is_an_error_at_once(tmp_path: Path) -> None:
    async with run_emulator(EmulatorSettings(data_dir=tmp_path / "one")) as emulator:
        port = int(emulator.pubsub_target.rpartition(":")[2])
        settings = EmulatorSettings(data_dir=tmp_path / "two", pubsub_port=port)
        for _ in ("listening", "down"):
            with pytest.raises(OSError, match="in use"):
                async with run_emulator(settings):
                    pass
            await emulator.pubsub.stop()


async def test_it_stops_with_pushes_pending_and_requests_stuck(tmp_path: Path) -> None:
    settings = EmulatorSettings(data_dir=tmp_path, shutdown_grace_seconds=1)
    loop = asyncio.get_running_loop()
    async with receiving() as receiver, httpx.AsyncClient() as http:
        async with run_emulator(settings) as emulator:
            receiver.answers = [None] * 10
            emulator.pushes.set_target(PushTarget(receiver.url))
            emulator.store("videos/a", b"x", notify=True)
            emulator.faults.set(Stall(seconds=600))
            url = f"{emulator.url}/storage/v1/b/{settings.buckets[0]}/o/videos%2Fa"
            stuck = asyncio.create_task(http.get(url, timeout=30))
            await receiver.wait_for(1)
            await until(lambda: emulator.requests.entries("stat") != [])
            stopping = loop.time()
        assert loop.time() - stopping < 10
        assert emulator.pushes.pending == []
        await asyncio.wait([stuck])
        assert stuck.exception() is not None or stuck.result().status_code == 500


async def test_signals_stay_with_the_host(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with run_emulator(EmulatorSettings(data_dir=tmp_path)):
        inside = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert inside == before


async def test_an_error_of_the_host_comes_out_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with run_emulator(EmulatorSettings(data_dir=tmp_path)):
            raise KeyError("mine")
