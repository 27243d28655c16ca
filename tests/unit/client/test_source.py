"""The file on disk: what can be uploaded, read rightly and watched for changes."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from catalog.client import FileChangedError, FileError, NothingToUploadError, Phase, Progress
from catalog.client.digest import md5_hex
from catalog.client.read_ahead import ReadAhead
from catalog.client.source import SourceFile

CONTENT = os.urandom(100_000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    path.write_bytes(CONTENT)
    return path


def open_descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


async def opened(path: Path) -> None:
    async with SourceFile(path):
        pass


async def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file") as caught:
        await opened(tmp_path / "none.mp4")

    assert caught.value.reason == "FILE_MISSING"


async def test_an_empty_file_is_nothing_to_upload(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()

    with pytest.raises(NothingToUploadError, match="nothing to upload"):
        await opened(tmp_path / "a.mp4")


async def test_a_folder_or_a_pipe_is_no_file_and_blocks_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path, tmp_path / "pipe"):
        async with asyncio.timeout(5):
            with pytest.raises(FileError, match="not a regular file"):
                await opened(path)


async def read(source: SourceFile, offset: int, length: int) -> bytes:
    return await asyncio.wrap_future(source.start_reading(offset, length))


async def test_reads_give_exactly_the_bytes_asked_for(file: Path) -> None:
    async with SourceFile(file) as source:
        assert await read(source, 10, 500) == CONTENT[10:510]
        assert source.size == 100_000


async def test_a_file_cut_short_is_noticed_when_read(file: Path) -> None:
    async with SourceFile(file) as source:
        os.truncate(file, 50)
        with pytest.raises(FileChangedError):
            await read(source, 0, 100)


async def test_bytes_of_a_file_that_changed_are_never_given_out(file: Path) -> None:
    async with SourceFile(file) as source:
        await source.check_unchanged()
        os.utime(file, ns=(1, 1))
        with pytest.raises(FileChangedError, match="run the same command again"):
            await read(source, 0, 100)
        with pytest.raises(FileChangedError):
            await source.check_unchanged()


async def test_a_block_prepared_is_given_and_any_other_one_is_read(file: Path) -> None:
    async with SourceFile(file) as source:
        ahead = ReadAhead(source)

        ahead.prepare(10, 20)
        assert await ahead.block(10, 5, 50) == CONTENT[10:30]
        assert await ahead.block(10, 5, 50) == CONTENT[10:15]
        ahead.prepare(10, 20)
        assert await ahead.block(40, 5, 50) == CONTENT[40:45]


async def test_a_block_larger_than_what_may_be_sent_is_read_anew(file: Path) -> None:
    async with SourceFile(file) as source:
        ahead = ReadAhead(source)

        ahead.prepare(10, 20)
        assert await ahead.block(10, 5, 19) == CONTENT[10:15]
        assert ahead.wanted_at(15) == 15


async def test_two_blocks_are_wanted_ahead_one_after_the_other(file: Path) -> None:
    async with SourceFile(file) as source:
        ahead, wanted = ReadAhead(source), []
        while (offset := ahead.wanted_at(7)) is not None:
            wanted.append(offset)
            ahead.prepare(offset, 10)

        assert wanted == [7, 17]
        assert await ahead.block(7, 1, 10) == CONTENT[7:17]
        assert await ahead.block(17, 1, 10) == CONTENT[17:27]


async def test_nothing_is_read_ahead_beyond_the_end(file: Path) -> None:
    async with SourceFile(file) as source:
        ahead = ReadAhead(source)

        ahead.prepare(99_990, 500)
        assert ahead.wanted_at(99_990) is None
        assert await ahead.block(99_990, 1, 10) == CONTENT[99_990:]
        ahead.prepare(100_000, 500)
        assert ahead.wanted_at(100_000) is None


async def test_leaving_closes_the_file(file: Path) -> None:
    before = open_descriptors()
    async with SourceFile(file) as source:
        await read(source, 0, 1)
    with pytest.raises(RuntimeError):
        await read(source, 0, 1)
    async with asyncio.timeout(5):
        while open_descriptors() > before:  # noqa: ASYNC110 - closing sets no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("block_bytes", [1, 999, 100_000, 1_000_000])
async def test_the_md5_is_that_of_the_file_whatever_the_blocks(
    file: Path, block_bytes: int
) -> None:
    small = file.with_suffix(".small")
    small.write_bytes(CONTENT[:3000])
    told: list[Progress] = []

    async with SourceFile(small) as source:
        digest = await md5_hex(source, block_bytes, told.append)

    assert digest == hashlib.md5(CONTENT[:3000]).hexdigest()
    assert told[0] == Progress(Phase.HASHING, 0, 3000)
    assert told[-1] == Progress(Phase.HASHING, 3000, 3000)


async def test_hashing_notices_a_change_and_can_be_cancelled(tmp_path: Path) -> None:
    file = tmp_path / "large.mp4"
    with file.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)

    async with SourceFile(file) as source:
        hashing = asyncio.create_task(md5_hex(source, 1024 * 1024, lambda _: None))
        await asyncio.sleep(0)
        hashing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hashing

    async with SourceFile(file) as source:
        os.utime(file, ns=(1, 1))
        with pytest.raises(FileChangedError):
            await md5_hex(source, 1024 * 1024, lambda _: None)
