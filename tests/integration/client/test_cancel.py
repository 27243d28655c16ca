"""Giving an upload up: here, and while a run is at it."""

import asyncio
from pathlib import Path

import pytest
from grpc import StatusCode

from catalog.client import ServiceError, Uploader, UploadFailedError
from catalog.emulator import Emulator, faults
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.evidence import (
    KIB,
    MIB,
    make_file,
    state_files,
    statuses,
    stored_bytes,
)
from tests.integration.client.interruption import interrupted
from tests.integration.client.refusals import Refusal
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


def only_upload(catalog: CatalogServer) -> str:
    (only,) = catalog.uploads.values()
    return only.upload_id


async def test_what_is_remembered_is_dropped_and_its_session_is_ended(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, state_dir: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    await interrupted(uploader, make_file(tmp_path / "a.mp4", MIB), 512 * KIB)
    upload_id = only_upload(catalog)
    await interrupted(uploader, make_file(tmp_path / "b.mp4", MIB), 512 * KIB)

    cancelled = await uploader.cancel(upload_id)

    assert (cancelled.status, cancelled.error_code) == ("failed", "CANCELLED")
    assert statuses(emulator, "cancel") == [499]
    assert len(state_files(state_dir)) == 1, "the other file's state stays"


async def test_storage_that_is_away_takes_nothing_from_the_cancellation(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, state_dir: Path
) -> None:
    await interrupted(uploader, make_file(tmp_path / "a.mp4", MIB), 512 * KIB)
    emulator.faults.set(faults.Cut(after_bytes=0), faults.StorageError(status=503))

    await uploader.cancel(only_upload(catalog))

    assert state_files(state_dir) == []


async def test_what_catalog_refuses_to_cancel_is_not_forgotten_here(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path, state_dir: Path
) -> None:
    await interrupted(uploader, make_file(tmp_path / "a.mp4", MIB), 512 * KIB)
    catalog.refusal = Refusal(StatusCode.FAILED_PRECONDITION, "UPLOAD_COMPLETED")

    with pytest.raises(ServiceError) as caught:
        await uploader.cancel(only_upload(catalog))

    assert caught.value.reason == "UPLOAD_COMPLETED"
    assert len(state_files(state_dir)) == 1


@pytest.mark.parametrize("here", [True, False])
async def test_a_run_that_is_at_it_stops_and_does_not_begin_anew(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path, state_dir: Path, here: bool
) -> None:
    """Its session is ended under it, or it hears of it by the answer to a report."""
    emulator = catalog.emulator
    catalog.chunk_bytes = 256 * KIB
    emulator.faults.set(faults.Stall(seconds=0.02, operation="put"))
    file = make_file(tmp_path / "a.mp4", 100 * MIB)
    running = asyncio.create_task(uploader.upload(file))
    await until(lambda: len(statuses(emulator, "put")) >= 3)

    canceller = uploader if here else Uploader(uploader.client)
    await canceller.cancel(only_upload(catalog))

    with pytest.raises(UploadFailedError, match="was cancelled"):
        await running
    assert (catalog.init_calls, list(emulator.objects)) == (1, [])
    assert statuses(emulator, "cancel") == [499]
    assert state_files(state_dir) == []


async def test_the_same_file_uploaded_again_begins_anew(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    """Even if it was given up elsewhere and a session of it is remembered here."""
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)
    await Uploader(uploader.client).cancel(only_upload(catalog))

    await uploader.upload(file)

    (known,) = catalog.uploads.values()
    assert (known.attempt, known.error_code) == (2, "")
    assert statuses(emulator, "cancel") == [499]
    assert stored_bytes(emulator) == file.read_bytes()
