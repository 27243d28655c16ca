"""The progress bar: drawn on a terminal, silent elsewhere."""

import io

from rich.console import Console

from catalog.cli.progress_bar import ProgressBar
from catalog.client import Phase, Progress

MIB = 1024 * 1024


def drawn(console: Console, *steps: Progress) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    with ProgressBar(console) as bar:
        for step in steps:
            bar(step)
    return file.getvalue()


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)


def test_bytes_of_the_phase_and_its_name_are_shown() -> None:
    shown = drawn(
        terminal(),
        Progress(Phase.HASHING, 8 * MIB, 8 * MIB),
        Progress(Phase.UPLOADING, 2 * MIB, 8 * MIB),
        Progress(Phase.UPLOADING, 6 * MIB, 8 * MIB),
    )

    last = next(line for line in reversed(shown.splitlines()) if "MiB" in line)
    assert "uploading" in last
    assert "6.0/8.0 MiB" in last
    assert "reading" not in last


def test_waiting_shows_no_bytes_that_stand_still() -> None:
    shown = drawn(terminal(), Progress(Phase.WAITING, 0, 8 * MIB))

    assert "waiting for Catalog" in shown
    assert "MiB" not in shown
    assert "?" not in shown.replace("\x1b[?25", "")


def test_every_phase_has_its_words() -> None:
    for phase in Phase:
        assert drawn(terminal(), Progress(phase, 0, MIB)).strip()


def test_off_a_terminal_nothing_is_drawn() -> None:
    console = Console(file=io.StringIO(), force_terminal=False)

    assert drawn(console, Progress(Phase.UPLOADING, 1, 2)) == ""
