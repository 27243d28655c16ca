"""What a killed upload leaves behind: private, whole, and only for the same file."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.client import AlreadyRunningError
from catalog.client.source import FileIdentity
from catalog.client.state import OpenSession, UploadMemory

SECRET = "https://storage/o?upload_id=SECRET"
SESSION = OpenSession("up", "bucket", "videos/o", "", 262_144, SECRET)
IDENTITY = FileIdentity(size=10, mtime_ns=20, inode=30)
MD5 = "0" * 32
USER = "7f0c1f6e-36a5-4d3e-9d4a-111111111111"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state"


@pytest.fixture
def memory(directory: Path) -> Iterator[UploadMemory]:
    memory = UploadMemory(directory, Path("a.mp4"), USER, "localhost:9000")
    with memory.claimed():
        yield memory


def files(directory: Path) -> list[Path]:
    """All but the lock of the run that is under way."""
    return [path for path in directory.iterdir() if path.suffix != ".lock"]


def only_file(directory: Path) -> Path:
    (only,) = files(directory)
    return only


def test_what_is_remembered_is_recalled(memory: UploadMemory, directory: Path) -> None:
    memory.remember(SESSION, IDENTITY, MD5)

    recalled = UploadMemory(directory, Path("a.mp4"), USER, "localhost:9000").recall(IDENTITY)

    assert recalled is not None
    assert (recalled.session, recalled.file, recalled.md5_hex) == (SESSION, IDENTITY, MD5)
    assert recalled.created_at > 0


def test_files_and_folder_are_for_the_owner_alone(memory: UploadMemory, directory: Path) -> None:
    old = os.umask(0)
    try:
        memory.remember(SESSION, IDENTITY, MD5)
    finally:
        os.umask(old)

    assert only_file(directory).stat().st_mode & 0o777 == 0o600
    assert directory.stat().st_mode & 0o777 == 0o700


def test_remembering_again_replaces_and_leaves_nothing_beside(
    memory: UploadMemory, directory: Path
) -> None:
    memory.remember(SESSION, IDENTITY, MD5)
    first = only_file(directory).stat().st_ino
    memory.remember(SESSION, IDENTITY, "1" * 32)

    recalled = memory.recall(IDENTITY)

    assert recalled is not None
    assert recalled.md5_hex == "1" * 32
    assert only_file(directory).stat().st_ino != first, "replaced, never written over"


@pytest.mark.parametrize(
    "other", [FileIdentity(11, 20, 30), FileIdentity(10, 21, 30), FileIdentity(10, 20, 31)]
)
def test_the_state_of_another_version_of_the_file_is_removed(
    memory: UploadMemory, directory: Path, other: FileIdentity
) -> None:
    memory.remember(SESSION, IDENTITY, MD5)

    assert memory.recall(other) is None
    assert files(directory) == []


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "null", "{}", '{"session": {"uri": "x"}}', "\xff"]
)
def test_a_damaged_state_is_forgotten(memory: UploadMemory, directory: Path, damage: str) -> None:
    memory.remember(SESSION, IDENTITY, MD5)
    only_file(directory).write_text(damage)

    assert memory.recall(IDENTITY) is None
    assert files(directory) == []


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("session", "chunk_bytes", "many"),
        ("session", "chunk_bytes", 0),
        ("session", "uri", None),
        ("file", "size", 1.5),
        (None, "md5_hex", "xyz"),
    ],
)
def test_a_state_without_sense_is_forgotten(
    memory: UploadMemory, directory: Path, part: str | None, key: str, value: object
) -> None:
    memory.remember(SESSION, IDENTITY, MD5)
    file = only_file(directory)
    kept = json.loads(file.read_text())
    (kept[part] if part else kept)[key] = value
    file.write_text(json.dumps(kept))

    assert memory.recall(IDENTITY) is None


def test_a_state_that_others_could_have_written_is_not_trusted(
    memory: UploadMemory, directory: Path
) -> None:
    memory.remember(SESSION, IDENTITY, MD5)
    only_file(directory).chmod(0o620)

    assert memory.recall(IDENTITY) is None


def test_a_link_in_place_of_the_state_is_not_followed(
    memory: UploadMemory, directory: Path, tmp_path: Path
) -> None:
    memory.remember(SESSION, IDENTITY, MD5)
    file = only_file(directory)
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.symlink_to(elsewhere)

    assert memory.recall(IDENTITY) is None
    assert elsewhere.exists()


def test_each_file_user_and_server_has_a_state_of_its_own(directory: Path) -> None:
    for file, user, server in [("a", "u", "s"), ("b", "u", "s"), ("a", "v", "s"), ("a", "u", "t")]:
        memory = UploadMemory(directory, Path(file), user, server)
        with memory.claimed():
            memory.remember(SESSION, IDENTITY, MD5)

    assert len(files(directory)) == 4


def test_one_file_is_the_same_by_any_path(directory: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.touch()
    memory = UploadMemory(directory, file, USER, "s")
    with memory.claimed():
        memory.remember(SESSION, IDENTITY, MD5)

    by_detour = UploadMemory(directory, tmp_path / "x" / ".." / "a.mp4", USER, "s")

    assert by_detour.recall(IDENTITY) is not None


def test_forgetting_twice_or_nothing_is_fine(memory: UploadMemory, directory: Path) -> None:
    memory.forget()
    memory.remember(SESSION, IDENTITY, MD5)
    memory.forget()
    memory.forget()

    assert files(directory) == []


def test_without_a_directory_nothing_is_kept(tmp_path: Path) -> None:
    memory = UploadMemory(None, tmp_path / "a.mp4", USER, "s")

    memory.remember(SESSION, IDENTITY, MD5)

    assert memory.recall(IDENTITY) is None


def test_the_session_uri_is_in_no_repr(memory: UploadMemory) -> None:
    memory.remember(SESSION, IDENTITY, MD5)

    assert "SECRET" not in repr(memory.recall(IDENTITY)) + repr(SESSION) + repr(memory)


def test_a_second_run_is_kept_out_until_the_first_one_ends(directory: Path) -> None:
    first, second = (UploadMemory(directory, Path("a"), USER, "s") for _ in range(2))
    with (
        first.claimed(),
        pytest.raises(AlreadyRunningError, match="another run"),
        second.claimed(),
    ):
        pass

    with second.claimed():
        pass
    assert list(directory.iterdir()) == []


def test_runs_for_other_files_do_not_wait_for_each_other(directory: Path) -> None:
    with (
        UploadMemory(directory, Path("a"), USER, "s").claimed(),
        UploadMemory(directory, Path("b"), USER, "s").claimed(),
    ):
        pass


def test_a_directory_that_cannot_be_written_costs_the_resuming_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    memory = UploadMemory(tmp_path / "file", Path("a"), USER, "s")

    with memory.claimed():
        memory.remember(SESSION, IDENTITY, MD5)

        assert memory.recall(IDENTITY) is None
    assert "cannot be resumed" in caplog.text
    assert "SECRET" not in caplog.text
