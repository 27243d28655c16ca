"""412: an object of that name is stored already. Catalog knows whether it is this file."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from catalog.client import (
    CatalogClient,
    ObjectExistsError,
    RetryPolicy,
    SessionLostError,
    Uploader,
)
from catalog.emulator import Emulator, faults
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.conftest import SETTINGS
from tests.integration.client.evidence import (
    KIB,
    MIB,
    make_file,
    state_files,
    statuses,
    stored_bytes,
)
from tests.integration.client.interruption import interrupted
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSED_POST = faults.StorageError(status=412, operation="start")
PATIENT = dataclasses.replace(
    SETTINGS,
    storage_retry=RetryPolicy(max_attempts=1000, first_wait=0.01, longest_wait=0.02, deadline=30),
)


async def test_of_two_sessions_at_once_one_completes_and_both_runs_succeed(
    catalog: CatalogServer, emulator: Emulator, tmp_path: Path, user_id: str
) -> None:
    file = make_file(tmp_path / "a.mp4", MIB)
    emulator.faults.set(faults.StorageError(status=503, operation="put"))

    async def upload(name: str) -> bool:
        async with CatalogClient(catalog.target, user_id, settings=PATIENT) as client:
            result = await Uploader(client, state_dir=tmp_path / name).upload(file)
            return result.already_completed

    async with asyncio.TaskGroup() as group:
        runs = [group.create_task(upload(name)) for name in ("one", "two")]
        await until(lambda: statuses(emulator, "start") == [201, 201])
        emulator.faults.clear()

    assert sorted(run.result() for run in runs) == [False, True]
    assert statuses(emulator, "put").count(412) == 1
    assert stored_bytes(emulator) == file.read_bytes()


async def test_the_loser_of_a_race_succeeds_once_the_late_notification_arrives(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, state_dir: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)
    await Uploader(uploader.client).upload(file)
    catalog.notified = False

    losing = asyncio.create_task(uploader.upload(file))
    seen = catalog.get_calls
    await until(lambda: catalog.get_calls > seen + 2)
    assert not losing.done()
    catalog.notified = True
    result = await losing

    assert statuses(emulator, "put")[-1] == 412
    assert (result.status, result.already_completed) == ("completed", True)
    assert state_files(state_dir) == []


async def test_412_at_the_start_is_success_when_catalog_knows_the_file(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 10)
    await uploader.upload(file)
    catalog.notified = False
    emulator.faults.set(REFUSED_POST)

    late = asyncio.create_task(uploader.upload(file))
    await until(lambda: statuses(emulator, "start")[-1] == 412)
    catalog.notified = True
    result = await late

    assert (result.status, result.bytes_sent) == ("completed", 0)


async def test_403_where_the_signer_may_not_overwrite_is_success_when_catalog_knows_the_file(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)
    await Uploader(uploader.client).upload(file)
    emulator.faults.set(faults.StorageError(status=403, operation="put"))

    result = await uploader.upload(file)

    assert result.already_completed


async def test_an_object_that_catalog_never_hears_of_is_a_clear_error_after_the_deadline(
    catalog: CatalogServer, emulator: Emulator, tmp_path: Path, user_id: str
) -> None:
    catalog.notified = False
    emulator.faults.set(REFUSED_POST)
    hasty = dataclasses.replace(SETTINGS, confirm_deadline=0.2)

    async with CatalogClient(catalog.target, user_id, settings=hasty) as client:
        with pytest.raises(ObjectExistsError, match="already stored") as caught:
            await Uploader(client).upload(make_file(tmp_path / "a.mp4", 10))

    assert caught.value.reason == "OBJECT_EXISTS"


async def test_an_object_refused_meanwhile_is_out_of_the_way_after_another_start(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 10)
    catalog.fails_after_init = ["MD5_MISMATCH"]
    emulator.faults.set(dataclasses.replace(REFUSED_POST, times=1))

    await uploader.upload(file)

    assert catalog.init_calls == 2
    assert stored_bytes(emulator) == file.read_bytes()


async def test_an_object_that_is_refused_each_time_is_a_clear_error(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.fails_after_init = ["MD5_MISMATCH"] * 10
    emulator.faults.set(REFUSED_POST)

    with pytest.raises(SessionLostError, match="MD5_MISMATCH"):
        await uploader.upload(make_file(tmp_path / "a.mp4", 10))
