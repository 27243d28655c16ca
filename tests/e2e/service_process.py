"""The service as a process of its own beside an emulator in the test's loop."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from catalog.devstack.process import ServiceProcess, service_process
from catalog.devstack.stack import push_to, service_settings
from catalog.emulator import Emulator
from tests.support.service import Rpc


@dataclass(frozen=True, slots=True)
class Served:
    """A process that serves, and where it logs."""

    service: ServiceProcess
    log: Path

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.service.grpc_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.service.http_port}"

    @asynccontextmanager
    async def rpc(self) -> AsyncIterator[Rpc]:
        """Stubs on a connection of their own."""
        options = [("grpc.use_local_subchannel_pool", 1)]
        async with grpc.aio.insecure_channel(self.target, options=options) as channel:
            yield Rpc(channel)


@asynccontextmanager
async def served(
    emulator: Emulator, dsn: str, log: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Served]:
    """Run `catalog serve`; the emulator pushes to it. `settings` are environment variables.

    Calls may take all the time there is, unless these say otherwise.
    """
    unlimited = {"CATALOG_LIMITS__WORK_SHARE": "0"}
    environment = service_settings(emulator, dsn) | unlimited | dict(settings or {})
    async with service_process(environment, log=log) as running:
        push_to(emulator, running.http_port)
        yield Served(running, log)
