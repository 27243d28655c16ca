"""A file travels: sizes, results, and what is not sent at all."""

import dataclasses
import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

from catalog.client import CatalogClient, ClientSettings, Phase, Progress, Uploader, UploadOptions
from catalog.emulator import Emulator
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


@pytest.mark.parametrize(
    ("size", "answers"), [(1, [200]), (8 * MIB, [200]), (8 * MIB + 1, [308, 200])]
)
async def test_a_file_of_any_size_arrives_whole_in_chunks_of_8_mib(
    uploader: Uploader, emulator: Emulator, tmp_path: Path, size: int, answers: list[int]
) -> None:
    file = make_file(tmp_path / "a.mp4", size)

    result = await uploader.upload(file)

    assert stored_bytes(emulator) == file.read_bytes()
    assert statuses(emulator, "put") == answers
    assert result.size_bytes == result.bytes_sent == size


async def test_the_result_tells_all_there_is_to_know(
    uploader: Uploader, emulator: Emulator, tmp_path: Path, user_id: str
) -> None:
    file = make_file(tmp_path / "a.mov", 300 * KIB)
    md5_hex = hashlib.md5(file.read_bytes()).hexdigest()

    result = await uploader.upload(file, UploadOptions(video_id="v", watch=True))

    (stored,) = emulator.objects
    assert (result.status, result.already_completed) == ("completed", False)
    assert result.object_name == stored.name == f"videos/{user_id}/{md5_hex}"
    assert (result.bucket, result.generation) == (stored.bucket, str(stored.generation))
    assert (result.md5_hex, result.video_id) == (md5_hex, "v")
    assert (result.bytes_sent, result.resumed_from) == (300 * KIB, 0)
    assert stored.headers.content_type == "video/quicktime"


async def test_what_is_stored_already_is_not_sent_again(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 300 * KIB)
    first = await uploader.upload(file, UploadOptions(watch=True))

    second = await uploader.upload(file)

    assert second.already_completed
    assert second.bytes_sent == 0
    assert (second.upload_id, second.generation) == (first.upload_id, first.generation)
    assert statuses(emulator, "start") == [201]


async def test_the_state_is_there_while_it_is_needed_and_gone_afterwards(
    uploader: Uploader, tmp_path: Path, state_dir: Path
) -> None:
    seen: list[int] = []

    def listen(progress: Progress) -> None:
        if progress.phase is Phase.UPLOADING:
            seen.extend(path.stat().st_mode & 0o777 for path in state_files(state_dir))

    await uploader.upload(make_file(tmp_path / "a.mp4", 300 * KIB), on_progress=listen)

    assert set(seen) == {0o600}
    assert state_files(state_dir) == []


async def test_progress_runs_through_the_phases_to_the_last_byte(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    told: list[Progress] = []

    await uploader.upload(
        make_file(tmp_path / "a.mp4", 700 * KIB), UploadOptions(watch=True), told.append
    )

    phases = list(dict.fromkeys(each.phase for each in told))
    assert phases == [Phase.HASHING, Phase.STARTING, Phase.UPLOADING, Phase.WAITING]
    uploading = [each.done for each in told if each.phase is Phase.UPLOADING]
    assert uploading == sorted(uploading)
    assert (uploading[0], uploading[-1]) == (0, 700 * KIB)


async def test_chunks_follow_the_size_the_service_recommends(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 600 * KIB

    await uploader.upload(make_file(tmp_path / "a.mp4", 1100 * KIB))

    assert starts_and_persisted(emulator) == [(0, 0), (512 * KIB, 512 * KIB), (MIB, MIB)]


async def test_an_upload_without_a_state_directory_works_and_keeps_nothing(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    stateless = Uploader(uploader.client)
    file = make_file(tmp_path / "a.mp4", 10)

    await stateless.upload(file)

    assert stored_bytes(emulator) == file.read_bytes()


@pytest.fixture
def growing() -> ClientSettings:
    return dataclasses.replace(SETTINGS, largest_chunk_bytes=MIB)


async def test_on_a_fast_line_chunks_grow_up_to_the_largest_that_the_settings_allow(
    catalog: CatalogServer, growing: ClientSettings, user_id: str, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    async with CatalogClient(catalog.target, user_id, settings=growing) as client:
        result = await Uploader(client).upload(make_file(tmp_path / "a.mp4", 3 * MIB))

    sent = starts_and_persisted(catalog.emulator)
    assert all(begin == persisted for begin, persisted in sent)
    sizes = [after[0] - begin[0] for begin, after in pairwise(sent)]
    # How soon they grow is up to the machine's speed.
    assert sizes[0] == 256 * KIB < max(sizes) <= MIB
    assert result.bytes_sent == 3 * MIB
