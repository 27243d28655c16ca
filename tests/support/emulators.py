"""Emulators that share their keys: making those takes longer than most tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from catalog.emulator import Emulator, EmulatorKeys, EmulatorSettings, run_emulator


@cache
def shared_keys() -> EmulatorKeys:
    """Those of every emulator of this process that needs none of its own."""
    return EmulatorKeys.generate()


@asynccontextmanager
async def fresh_emulator(folder: Path) -> AsyncIterator[Emulator]:
    """Run an emulator with nothing in it, which keeps its objects in `folder`."""
    settings = EmulatorSettings(data_dir=folder)
    async with run_emulator(settings, shared_keys()) as running:
        yield running
