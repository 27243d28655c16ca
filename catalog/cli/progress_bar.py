"""The progress bar of an upload: bytes, rate, time left; on standard error, on a terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from catalog.client import Phase, Progress

_WORDS = {
    Phase.HASHING: "reading",
    Phase.STARTING: "starting",
    Phase.RESUMING: "asking where to go on",
    Phase.UPLOADING: "uploading",
    Phase.WAITING: "waiting for Catalog",
}


class _WhenCounting(ProgressColumn):
    """Another column, left empty in phases that have no bytes to count."""

    def __init__(self, column: ProgressColumn) -> None:
        super().__init__()
        self._column = column

    def render(self, task: Task) -> RenderableType:
        """As the other column does."""
        return Text() if task.total is None else self._column.render(task)


class ProgressBar:
    """One bar a phase, so that the rate is that of the phase; silent off a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            _WhenCounting(DownloadColumn(binary_units=True)),
            _WhenCounting(TransferSpeedColumn()),
            _WhenCounting(TimeRemainingColumn()),
            console=console,
            disable=not console.is_terminal,
        )
        self._phase: Phase | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """A ProgressListener."""
        if self._task is None or progress.phase is not self._phase:
            self._begin(progress)
        else:
            self._bars.update(self._task, completed=progress.done)

    def _begin(self, progress: Progress) -> None:
        if self._task is not None:
            self._bars.update(self._task, visible=False)
        counts = progress.phase in (Phase.HASHING, Phase.UPLOADING)
        self._phase = progress.phase
        # Bytes of an earlier run are there from the start and count for no rate.
        self._task = self._bars.add_task(
            _WORDS[progress.phase],
            total=progress.total if counts else None,
            completed=progress.done,
        )
