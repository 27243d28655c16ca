"""Whom to call and where to keep unfinished uploads."""

from pathlib import Path

import pytest

from catalog.cli.connection import required_user, server_or_default, state_directory
from catalog.cli.failures import CliError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return tmp_path


def write_stack(folder: Path, text: str) -> None:
    (folder / ".local").mkdir()
    (folder / ".local" / "stack.json").write_text(text)


def test_a_server_that_was_named_comes_before_the_local_stack(folder: Path) -> None:
    write_stack(folder, '{"grpc": "127.0.0.1:4711"}')

    assert server_or_default("elsewhere:1") == "elsewhere:1"
    assert server_or_default("") == "127.0.0.1:4711"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"grpc": 9000}'])
def test_without_a_usable_stack_file_the_default_port_is_called(folder: Path, text: str) -> None:
    write_stack(folder, text)

    assert server_or_default("") == "localhost:9000"


def test_a_missing_user_says_how_to_name_one() -> None:
    with pytest.raises(CliError, match="CATALOG_USER_ID") as caught:
        required_user("")

    assert caught.value.exit_code == 2
    assert required_user("x") == "x"


def test_state_is_kept_where_xdg_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_directory() == folder / ".local" / "state" / "catalog" / "uploads"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_directory() == folder / ".local" / "state" / "catalog" / "uploads"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "x"))
    assert state_directory() == folder / "x" / "catalog" / "uploads"
