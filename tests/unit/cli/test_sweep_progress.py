"""How a sweep tells that it is alive."""

import pytest

from catalog.cli.sweep_progress import SweepProgress


@pytest.fixture(params=["terminal", "log"])
def is_terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Make standard error look like either to the library that draws on it."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TTY_COMPATIBLE", "1" if request.param == "terminal" else "0")
    return bool(request.param == "terminal")


def test_progress_is_one_line_on_a_terminal_and_one_now_and_then_elsewhere(
    is_terminal: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    with SweepProgress(clock=lambda: now) as progress:
        for page in range(1, 31):
            now += 1.0
            progress(f"videos/{page}", {"objects": 1000 * page, "kept": 1})
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if line.startswith("catalog: ")]
    assert out == ""
    assert lines == (
        []
        if is_terminal
        else [
            "catalog: 10,000 looked at, up to videos/10",
            "catalog: 20,000 looked at, up to videos/20",
            "catalog: 30,000 looked at, up to videos/30",
        ]
    )


def test_a_position_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    with SweepProgress(clock=lambda: now) as progress:
        now = 60.0
        progress("videos/\x1b[2J", {"uploads": 3})
    assert capsys.readouterr().err == "catalog: 3 looked at, up to videos/?[2J\n"
