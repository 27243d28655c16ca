"""`catalog dev demo`: the whole story in one command, or one clear line."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack_command import Place, a_place
from tests.support.commands import Ended, end_of, run, started

MIB = 1024 * 1024


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as fresh:
        yield fresh


async def _demo(place: Place, *file: str | Path) -> Ended:
    variables = {"TMPDIR": str(place.temporary), "COLUMNS": "200"}
    return await run("dev", "demo", *file, folder=place.folder, environment=variables)


async def test_a_film_is_uploaded_killed_resumed_and_shown(place: Place) -> None:
    film = place.folder / "my [holiday].mp4"
    film.write_bytes(os.urandom(20 * MIB))

    ended = await _demo(place, film.name)

    assert (ended.code, ended.err) == (0, "")
    story = (
        "killed with -9",
        "resumed at byte ",
        "status                     completed",
        "filename                   my [holiday].mp4",
        "status              processing",
        "video.upload.completed",
        "outcome=completed",
        "Done in ",
    )
    places = [ended.out.find(words) for words in story]
    assert places == sorted(places)
    assert -1 not in places
    assert "postgresql://" not in ended.out
    await place.is_left_clean()


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("none.mp4", None, "no such file: none.mp4"),
        ("empty.mp4", b"", "nothing to upload: empty.mp4 is empty"),
        ("notes.txt", b"notes", "notes.txt does not look like a video by its name"),
    ],
)
async def test_a_file_that_cannot_be_uploaded_is_one_line_before_anything_starts(
    place: Place, name: str, content: bytes | None, line: str
) -> None:
    if content is not None:
        (place.folder / name).write_bytes(content)
    ended = await _demo(place, name)
    assert (ended.code, ended.out, ended.err) == (1, "", f"catalog: the demo failed: {line}\n")
    await place.is_left_clean()


async def test_an_interrupted_demo_leaves_nothing(place: Place) -> None:
    variables = {"TMPDIR": str(place.temporary)}
    async with started("dev", "demo", folder=place.folder, environment=variables) as process:
        assert process.stdout is not None
        while "starting the service" not in (await process.stdout.readline()).decode():
            pass
        process.send_signal(signal.SIGINT)
        ended = await end_of(process)
    assert (ended.code, ended.err) == (130, "stopping ...\ncatalog: the demo was interrupted\n")
    await place.is_left_clean()
