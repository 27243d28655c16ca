"""How the command ends: exit codes, one line on stderr, no traceback, and quickly."""

import subprocess
import sys
from pathlib import Path

import pytest

from catalog.cli.failures import CliError, report
from catalog.cli.main import run
from catalog.client import ClientError, FileError, InvalidUsageError

USER = "7f0c1f6e-36a5-4d3e-9d4a-111111111111"


class Ended:
    """Runs `catalog` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[object, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["catalog", *arguments])
        with pytest.raises(SystemExit) as exit_:
            run()
        out, err = self._capsys.readouterr()
        return exit_.value.code, out, err


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ended:
    for name in ("CATALOG_USER_ID", "CATALOG_SERVER", "CATALOG_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return Ended(monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, and a home in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [("--help",), ("upload", "-h"), ("video", "create", "--help")]
)
def test_help_is_shown_and_is_no_failure(catalog: Ended, arguments: tuple[str, ...]) -> None:
    code, out, err = catalog(*arguments)

    assert (code, err) == (0, "")
    assert "Usage" in out


@pytest.mark.parametrize("arguments", [(), ("video",)])
def test_nothing_to_do_shows_the_help_and_is_bad_usage(
    catalog: Ended, arguments: tuple[str, ...]
) -> None:
    code, out, err = catalog(*arguments)

    assert code == 2
    assert "Usage" in out + err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("upload",), "FILE"),
        (("upload", "a.mp4", "--bogus"), "--bogus"),
        (("nonsense",), "nonsense"),
        (("upload", "a.mp4"), "--user-id"),
        (("get", "x", "--user-id", "nobody"), "must be a UUID"),
        (("cancel",), "UPLOAD_ID"),
        (("cancel", "x"), "--user-id"),
        (("list",), "--user-id"),
        (("list", "--limit", "0"), "--limit"),
    ],
)
def test_bad_usage_is_one_line_that_says_what_is_wrong(
    catalog: Ended, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = catalog(*arguments)

    assert (code, out) == (2, "")
    assert err.startswith("catalog: ")
    assert err.count("\n") == 1
    assert words in err


@pytest.mark.parametrize(
    ("name", "code", "line"),
    [
        ("none.mp4", 1, "no such file: none.mp4"),
        ("empty.mp4", 1, "nothing to upload: empty.mp4 is empty"),
        (".", 2, "cannot tell the content type of"),
        ("a.txt", 2, "cannot tell the content type of a.txt"),
    ],
)
def test_a_file_that_cannot_be_uploaded_is_one_line_before_any_call(
    catalog: Ended, folder: Path, name: str, code: int, line: str
) -> None:
    (folder / "empty.mp4").touch()

    ended = catalog("upload", name, "--user-id", USER, "--server", "127.0.0.1:1", "--json")

    assert ended[:2] == (code, "")
    assert ended[2].startswith(f"catalog: {line}")
    assert ended[2].count("\n") == 1


def test_the_version_is_shown(catalog: Ended) -> None:
    code, out, _ = catalog("--version")

    assert code == 0
    assert out.startswith("catalog")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (CliError("two\nlines", exit_code=7), 7, "catalog: two lines\n"),
        (FileError("no such file: x"), 1, "catalog: no such file: x\n"),
        (FileError("no such file: \x1b[31mx"), 1, "catalog: no such file: ?[31mx\n"),
        (ClientError("x"), 1, "catalog: x\n"),
        (InvalidUsageError("x"), 2, "catalog: x\n"),
    ],
)
def test_an_error_made_for_people_is_shown_as_it_is_in_one_line(
    error: Exception, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == code
    assert capsys.readouterr().err == line


def test_any_other_error_is_named_by_its_type_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CATALOG_DEBUG", raising=False)

    assert report(ValueError("https://storage/o?upload_id=SECRET")) == 1

    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "SECRET" not in said
    assert said.count("\n") == 1


def test_building_the_command_imports_nothing_heavy() -> None:
    heavy = {"grpc", "httpx", "uvloop", "asyncpg", "google.cloud", "uvicorn", "pydantic"}
    code = (
        "import sys; from catalog.cli.main import build; build(); "
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
