"""The service as a process of its own, so that it can be killed like the real one."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from catalog.devstack.scratch import scratch_folder

_START_SECONDS = 60.0
_STOP_SECONDS = 45.0
_PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "SSL_CERT_FILE", "VIRTUAL_ENV", "PYTHONPATH")


class ServiceProcessError(Exception):
    """The service did not start; the message is what it said."""


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """A running service."""

    process: asyncio.subprocess.Process
    grpc_port: int
    http_port: int
    metrics_port: int = 0

    async def stop(self) -> int:
        """Ask it to end (SIGTERM), insist (SIGKILL) after 45 s; return its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                return await self.process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            return await self.process.wait()


@asynccontextmanager
async def service_process(
    settings: Mapping[str, str], *, log: Path | None = None
) -> AsyncIterator[ServiceProcess]:
    """Run `catalog serve` with `settings` as its environment; ended with the block.

    What it logs goes to `log`, or to our standard error. Raises ServiceProcessError.
    """
    inherited = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    with scratch_folder("service", pid_file="pid") as scratch:
        file = scratch / "endpoints.json"
        arguments = ["-P", "-m", "catalog.cli.main", "serve", "--endpoints-file", str(file)]
        with log.open("ab") if log else contextlib.nullcontext() as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                env={**inherited, **settings},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C on a terminal must reach us, not the service.
                start_new_session=True,
            )
        running = ServiceProcess(process, 0, 0)
        try:
            (scratch / "pid").write_text(str(process.pid))
            ports = await _started(process, file, log)
            running = ServiceProcess(process, **ports)
            yield running
        finally:
            await running.stop()


async def _started(
    process: asyncio.subprocess.Process, file: Path, log: Path | None
) -> Mapping[str, int]:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_SECONDS):
            while process.returncode is None:
                if file.exists():
                    ports: Mapping[str, int] = json.loads(file.read_text("utf-8"))
                    return ports
                await asyncio.sleep(0.02)
    said = log.read_text("utf-8", "replace").strip()[-500:] if log else "see above"
    raise ServiceProcessError(f"the service did not start: {said}")
