"""Uploads that are cancelled half way."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.client import Phase, Progress, Uploader


def interrupt_at(done: int) -> Callable[[Progress], None]:
    """A listener that cancels the upload under way once `done` bytes are persisted."""
    task = asyncio.current_task()
    assert task is not None

    def listen(progress: Progress) -> None:
        if progress.phase is Phase.UPLOADING and progress.done >= done:
            task.cancel()

    return listen


async def interrupted(uploader: Uploader, file: Path, done: int) -> None:
    """One run that is cancelled half way."""

    async def run() -> None:
        await uploader.upload(file, on_progress=interrupt_at(done))

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(run())
