"""The file is what its MD5 said, from the first byte to the last, or the upload is given up."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.client import (
    FileChangedError,
    FileError,
    HashMismatchError,
    NothingToUploadError,
    Phase,
    Progress,
    Uploader,
)
from catalog.emulator import Emulator
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.evidence import KIB, MIB, make_file, state_files, statuses

pytestmark = pytest.mark.asyncio(loop_scope="session")


def once_half_way(act: Callable[[], object]) -> Callable[[Progress], None]:
    """A listener that acts when half the file is on its way."""
    acted = False

    def listen(progress: Progress) -> None:
        nonlocal acted
        half_way = progress.phase is Phase.UPLOADING and progress.done * 2 >= progress.total
        if half_way and not acted:
            acted = True
            act()

    return listen


def append(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"more")


def truncate(path: Path) -> None:
    os.truncate(path, 600 * KIB)


def replace(path: Path) -> None:
    make_file(path.with_suffix(".new"), 2 * MIB).replace(path)


@pytest.mark.parametrize("change", [append, truncate, replace, Path.unlink])
async def test_a_file_that_changes_on_the_way_ends_the_upload_and_its_session(
    uploader: Uploader,
    catalog: CatalogServer,
    tmp_path: Path,
    state_dir: Path,
    change: Callable[[Path], object],
) -> None:
    emulator = catalog.emulator
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", 2 * MIB)  # half of it is more than is read ahead

    with pytest.raises(FileChangedError, match="changed while it was being uploaded"):
        await uploader.upload(file, on_progress=once_half_way(lambda: change(file)))

    assert statuses(emulator, "cancel") == [499]
    assert list(emulator.objects) == []
    assert state_files(state_dir) == []


async def test_bytes_changed_behind_an_unchanged_date_are_caught_by_the_hash(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, state_dir: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", 2 * MIB)  # half of it is more than is read ahead
    before = file.stat()

    def forge() -> None:
        with file.open("r+b") as stream:
            stream.seek(-1, os.SEEK_END)
            last = stream.read(1)
            stream.seek(-1, os.SEEK_END)
            stream.write(bytes([last[0] ^ 1]))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(HashMismatchError, match="not those of the file"):
        await uploader.upload(file, on_progress=once_half_way(forge))

    assert list(emulator.objects) == []
    assert state_files(state_dir) == []


async def test_an_empty_or_missing_file_never_reaches_the_service(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path
) -> None:
    with pytest.raises(NothingToUploadError, match="nothing to upload"):
        await uploader.upload(make_file(tmp_path / "empty.mp4", 0))
    with pytest.raises(FileError, match="no such file") as caught:
        await uploader.upload(tmp_path / "missing.mp4")

    assert caught.value.reason == "FILE_MISSING"
    assert catalog.init_calls == 0
