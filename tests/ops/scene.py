"""A whole stack that people upload to, and whose figures are recorded while something is wrong."""

import asyncio
import contextlib
import hashlib
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import httpx

from catalog.devstack.on_thread import on_thread
from catalog.devstack.ports import free_port
from catalog.devstack.postgres import Cluster, running_cluster
from catalog.devstack.process import ServiceProcess, service_process
from catalog.devstack.stack import push_to, service_settings
from catalog.emulator import Emulator
from catalog.runtime import migrations
from tests.e2e.person import Person
from tests.e2e.pushes import PushSide
from tests.ops.recording import STRETCH, Recording
from tests.support.emulators import fresh_emulator
from tests.support.service import Rpc

_SCRAPE_SECONDS = 0.5
_UPLOADS_A_SECOND = 4
_FASTER = {
    "CATALOG_TELEMETRY__LEVELS_INTERVAL_SECONDS": str(15 / STRETCH),
    "CATALOG_REAPER__INTERVAL_SECONDS": str(30 / STRETCH),
    "CATALOG_GC__WAITING_INTERVAL_SECONDS": str(900 / STRETCH),
    "CATALOG_GC__WAITING_AFTER_MINUTES": str(15 / STRETCH),
}
"""The service's own intervals, as fast as time goes in a recording."""


@dataclass(slots=True)
class Scene:
    cluster: Cluster
    emulator: Emulator
    environment: dict[str, str]
    log: Path
    http: httpx.AsyncClient
    stack: AsyncExitStack
    instances: dict[str, int] = field(default_factory=dict)
    """Metrics ports by the names under which they are recorded."""
    worker: "asyncio.subprocess.Process | None" = None
    service: ServiceProcess | None = None
    _serving: AsyncExitStack = field(default_factory=AsyncExitStack)
    _rpc: Rpc | None = None
    uploaded: int = 0

    async def serve(self, changes: Mapping[str, str] | None = None) -> None:
        """Start the service, or end it and start it again with other settings."""
        await self._serving.aclose()
        self.environment |= changes or {}
        running = service_process(self.environment, log=self.log)
        self.service = await self._serving.enter_async_context(running)
        push_to(self.emulator, self.service.http_port)
        options = [("grpc.use_local_subchannel_pool", 1)]
        target = f"127.0.0.1:{self.service.grpc_port}"
        channel = grpc.aio.insecure_channel(target, options=options)
        self._rpc = Rpc(await self._serving.enter_async_context(channel))
        self.instances["server:9090"] = self.service.metrics_port

    async def work(self, *names: str) -> None:
        """Start a process of workers, which ends with the scene."""
        port = free_port()
        self.worker = await asyncio.create_subprocess_exec(
            sys.executable,
            *["-P", "-m", "catalog.cli.main", "work", *names],
            env={**self.environment, "CATALOG_WORKERS__METRICS_ADDR": f"127.0.0.1:{port}"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.stack.push_async_callback(self._end_worker)
        self.instances["worker:9090"] = port

    async def _end_worker(self) -> None:
        assert self.worker is not None
        with contextlib.suppress(ProcessLookupError):
            self.worker.send_signal(signal.SIGKILL)
        await self.worker.wait()

    @property
    def pushes(self) -> PushSide:
        assert self.service is not None
        url = f"http://127.0.0.1:{self.service.http_port}/_/gcs/callback"
        return PushSide(self.http, url, self.emulator.issuer)

    def person(self) -> Person:
        assert self._rpc is not None
        return Person(self._rpc)

    async def upload(self) -> str:
        """One whole upload of somebody new; its id. Raises AioRpcError."""
        content, person = secrets.token_bytes(16), self.person()
        md5 = hashlib.md5(content).hexdigest()
        answer = await person.init(md5, size_bytes=len(content))
        self.emulator.store(person.named(md5), content, notify=True)
        self.uploaded += 1
        return answer.upload_id

    async def uploading(self) -> None:
        """Let people upload, whatever the answers are, until cancelled."""
        async with asyncio.TaskGroup() as calls:
            while True:
                calls.create_task(self._try())
                await asyncio.sleep(1 / _UPLOADS_A_SECOND)

    async def _try(self) -> None:
        """Give up what is refused, or whose service is just being started again."""
        with contextlib.suppress(grpc.aio.AioRpcError, grpc.aio.UsageError):
            await self.upload()

    async def record(self, recording: Recording, seconds: int) -> None:
        """Scrape once a second."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        for _ in range(seconds):
            due += 1
            shown = {name: await self._shown(port) for name, port in self.instances.items()}
            recording.add(shown)
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _shown(self, port: int) -> str | None:
        try:
            url = f"http://127.0.0.1:{port}/metrics"
            return (await self.http.get(url, timeout=_SCRAPE_SECONDS)).text
        except httpx.HTTPError:
            return None


@asynccontextmanager
async def running_scene(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Scene]:
    """A database, an emulator and nothing else yet."""
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(
            on_thread(running_cluster(durable=False, trust=True))
        )
        dsn = cluster.dsn("catalog")
        await asyncio.to_thread(migrations.apply, dsn)
        emulator = await stack.enter_async_context(fresh_emulator(folder / "gcs"))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=10, trust_env=False))
        environment = {
            **service_settings(emulator, dsn),
            "CATALOG_WORKERS__IN_SERVER": "true",
            **_FASTER,
            **settings,
        }
        scene = Scene(cluster, emulator, environment, folder / "service.log", http, stack)
        try:
            yield scene
        finally:
            await scene._serving.aclose()
