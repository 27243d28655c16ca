"""An upload that was interrupted goes on where Cloud Storage says it stopped."""

import os
from pathlib import Path

import pytest

from catalog.client import (
    CatalogClient,
    Phase,
    StorageUnavailableError,
    Uploader,
    UploadOptions,
)
from catalog.emulator import Emulator, faults
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.evidence import (
    KIB,
    MIB,
    make_file,
    starts_and_persisted,
    state_files,
    statuses,
    stored_bytes,
)
from tests.integration.client.interruption import interrupted

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_connection_cut_at_60_percent_resumes_from_the_range_and_resends_nothing(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 5 * MIB)
    emulator.faults.set(faults.Cut(after_bytes=3 * MIB, times=1))

    await uploader.upload(file)

    assert statuses(emulator, "status") == [308]
    assert emulator.requests.entries("status")[0].range == f"bytes=0-{3 * MIB - 1}"
    assert starts_and_persisted(emulator) == [(0, 0), (3 * MIB, 3 * MIB)]
    assert statuses(emulator, "start") == [201]
    assert stored_bytes(emulator) == file.read_bytes()


async def test_a_cut_before_the_first_256_kib_begins_at_zero(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", MIB)
    emulator.faults.set(faults.Cut(after_bytes=1000, times=1))

    await uploader.upload(file)

    assert emulator.requests.entries("status")[0].range is None
    assert starts_and_persisted(emulator) == [(0, 0), (0, 0)]
    assert stored_bytes(emulator) == file.read_bytes()


async def test_a_cancelled_upload_is_taken_up_by_the_next_run(
    uploader: Uploader,
    catalog: CatalogServer,
    emulator: Emulator,
    tmp_path: Path,
    state_dir: Path,
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)
    assert len(state_files(state_dir)) == 1
    emulator.requests.clear()

    phases: list[Phase] = []
    result = await uploader.upload(file, on_progress=lambda each: phases.append(each.phase))

    assert result.resumed_from >= 512 * KIB
    assert result.bytes_sent == MIB - result.resumed_from
    assert all(start == held for start, held in starts_and_persisted(emulator))
    assert stored_bytes(emulator) == file.read_bytes()
    assert phases[0] is Phase.RESUMING, "an unchanged file is not hashed again"
    assert (catalog.init_calls, statuses(emulator, "start")) == (1, [])
    assert state_files(state_dir) == []


async def test_another_version_of_the_file_is_a_new_upload(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)
    make_file(file, MIB)

    result = await uploader.upload(file)

    assert (result.resumed_from, result.bytes_sent) == (0, MIB)
    assert stored_bytes(emulator) == file.read_bytes()


async def test_a_file_that_was_only_touched_is_hashed_again_and_uploaded(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)
    os.utime(file, ns=(1, 1))

    result = await uploader.upload(file)

    assert (result.resumed_from, catalog.init_calls) == (0, 2)
    assert stored_bytes(emulator) == file.read_bytes()


async def test_a_session_that_was_completed_unnoticed_needs_no_more_bytes(
    uploader: Uploader, emulator: Emulator, tmp_path: Path, state_dir: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", MIB)
    emulator.faults.set(
        faults.StorageError(status=503, operation="put", after=True),
        faults.StorageError(status=503, operation="status"),
    )
    with pytest.raises(StorageUnavailableError):
        await uploader.upload(file)
    assert len(state_files(state_dir)) == 1
    emulator.faults.clear()

    result = await uploader.upload(file)

    assert result.bytes_sent == 0
    assert stored_bytes(emulator) == file.read_bytes()


async def test_a_video_named_only_when_resuming_reaches_the_service(
    uploader: Uploader, catalog: CatalogServer, client: CatalogClient, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)

    result = await uploader.upload(file, UploadOptions(video_id="v", watch=True))

    assert result.resumed_from > 0
    assert result.video_id == "v"


async def test_uploads_of_two_users_or_servers_share_no_state(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path, state_dir: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)

    async with CatalogClient(catalog.target, "7f0c1f6e-36a5-4d3e-9d4a-111111111111") as other:
        result = await Uploader(other, state_dir=state_dir).upload(file)

    assert result.resumed_from == 0
    assert len(state_files(state_dir)) == 1
