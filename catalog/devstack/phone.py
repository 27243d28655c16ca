"""The client's side of the demo: an app that uploads, in a process that can be killed."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Phone:
    """Who uploads, what, and where the app remembers."""

    file: Path
    user_id: str
    home: Path
    server: str

    @asynccontextmanager
    async def uploading(self, *, watch: bool) -> AsyncIterator[Process]:
        """Run `catalog upload`; killed with -9 where the block ends before it does."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *["-P", "-m", "catalog.cli.main", "upload", str(self.file.absolute())],
            *["--server", self.server, "--user-id", self.user_id],
            *(["--watch", "--json"] if watch else []),
            env={**os.environ, "XDG_STATE_HOME": str(self.home)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            # Ctrl-C on a terminal ends the demo, which then ends this.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()
