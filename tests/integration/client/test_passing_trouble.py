"""Trouble that passes: asked again after a pause, and always after asking what has arrived."""

import dataclasses
import time
from pathlib import Path

import pytest

from catalog.client import (
    CatalogClient,
    RetryPolicy,
    StorageUnavailableError,
    Timeouts,
    Uploader,
)
from catalog.emulator import Emulator, faults
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.conftest import SETTINGS
from tests.integration.client.evidence import (
    KIB,
    MIB,
    make_file,
    starts_and_persisted,
    state_files,
    statuses,
    stored_bytes,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_passing_error_on_a_chunk_is_retried_after_a_status_query(
    uploader: Uploader, emulator: Emulator, tmp_path: Path, status: int
) -> None:
    file = make_file(tmp_path / "a.mp4", 300 * KIB)
    # What an earlier test left on its way must not use up the fault.
    mine = f"videos/{uploader.client.user_id}/*"
    emulator.faults.set(faults.StorageError(status=status, operation="put", times=2, object=mine))

    result = await uploader.upload(file)

    asked = [entry.kind for entry in emulator.requests.entries(object_name=result.object_name)]
    assert asked == ["start", "put", "status", "put", "status", "put"]
    assert stored_bytes(emulator) == file.read_bytes()


async def test_passing_errors_while_starting_and_asking_are_retried(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 300 * KIB)
    emulator.faults.set(
        faults.StorageError(status=503, operation="start", times=2),
        faults.StorageError(status=503, operation="put", times=1),
        faults.StorageError(status=503, operation="status", times=1),
    )

    await uploader.upload(file)

    assert statuses(emulator, "start") == [503, 503, 201]
    assert stored_bytes(emulator) == file.read_bytes()


async def test_an_answer_lost_after_the_bytes_were_kept_sends_none_of_them_again(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", 700 * KIB)
    emulator.faults.set(faults.StorageError(status=502, operation="put", after=True))

    result = await uploader.upload(file)

    assert result.bytes_sent == 700 * KIB
    assert all(start == held for start, held in starts_and_persisted(emulator))
    assert stored_bytes(emulator) == file.read_bytes()


async def test_many_cuts_are_survived_as_long_as_each_one_gets_ahead(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 3 * MIB)
    emulator.faults.set(faults.Cut(after_bytes=256 * KIB, times=11))

    result = await uploader.upload(file)

    assert len(statuses(emulator, "put")) == 12
    assert all(start == held for start, held in starts_and_persisted(emulator))
    assert stored_bytes(emulator) == file.read_bytes()
    assert result.resumed_from == 0


async def test_a_stall_ends_in_a_timeout_and_the_upload_goes_on(
    catalog: CatalogServer, emulator: Emulator, tmp_path: Path, user_id: str
) -> None:
    file = make_file(tmp_path / "a.mp4", 300 * KIB)
    # Hasty, and yet patient with an emulator that is merely busy.
    hasty = dataclasses.replace(SETTINGS, timeouts=Timeouts(read=2))
    mine = f"videos/{user_id}/*"
    emulator.faults.set(faults.Stall(seconds=600, operation="put", times=1, object=mine))

    async with CatalogClient(catalog.target, user_id, settings=hasty) as client:
        result = await Uploader(client).upload(file)

    asked = [entry.kind for entry in emulator.requests.entries(object_name=result.object_name)]
    assert asked == ["start", "put", "status", "put"]
    assert stored_bytes(emulator) == file.read_bytes()


async def test_trouble_that_does_not_pass_ends_in_an_error_and_keeps_the_state(
    uploader: Uploader, emulator: Emulator, tmp_path: Path, state_dir: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 300 * KIB)
    emulator.faults.set(faults.StorageError(status=503, operation="put"))

    with pytest.raises(StorageUnavailableError, match="503") as caught:
        await uploader.upload(file)

    assert caught.value.reason == "STORAGE_UNAVAILABLE"
    assert len(statuses(emulator, "put")) == 4
    assert len(state_files(state_dir)) == 1
    emulator.faults.clear()
    await uploader.upload(file)
    assert statuses(emulator, "start") == [201]


async def test_the_deadline_ends_retries_even_when_attempts_are_left(
    catalog: CatalogServer, emulator: Emulator, tmp_path: Path, user_id: str
) -> None:
    endless = RetryPolicy(max_attempts=10_000, first_wait=0.01, longest_wait=0.02, deadline=0.3)
    settings = dataclasses.replace(SETTINGS, storage_retry=endless)
    emulator.faults.set(faults.StorageError(status=503, operation="put"))

    started = time.monotonic()
    async with CatalogClient(catalog.target, user_id, settings=settings) as client:
        with pytest.raises(StorageUnavailableError):
            await Uploader(client).upload(make_file(tmp_path / "a.mp4", 10))

    assert 0.3 <= time.monotonic() - started < 5
