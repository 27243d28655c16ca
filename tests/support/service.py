"""The whole service in the test's own loop: real PostgreSQL, real sockets, real tokens."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
import pytest

from catalog.api.video.v1.upload_pb2_grpc import UploadServiceStub
from catalog.api.video.v1.video_pb2_grpc import VideoServiceStub
from catalog.devstack.stack import AUDIENCE, push_to
from catalog.emulator import Emulator
from catalog.runtime.config import Config
from catalog.runtime.service import Running, service
from tests.support.emulators import fresh_emulator

if TYPE_CHECKING:
    # These two exist in the stubs only.
    from catalog.api.video.v1.upload_pb2_grpc import UploadServiceAsyncStub
    from catalog.api.video.v1.video_pb2_grpc import VideoServiceAsyncStub

BUCKET = "catalog-uploads"


@dataclass(frozen=True, slots=True)
class Service:
    """A running service and everything around it."""

    emulator: Emulator
    running: Running
    dsn: str
    database: "asyncpg.Connection[asyncpg.Record]"
    """For looking at what was written; not the service's own connection."""

    @property
    def target(self) -> str:
        """The gRPC address."""
        return f"127.0.0.1:{self.running.grpc.port}"

    @property
    def url(self) -> str:
        """The HTTP address."""
        return f"http://127.0.0.1:{self.running.http.port}"

    @property
    def callback_url(self) -> str:
        """Where pushes go."""
        return f"{self.url}/_/gcs/callback"

    def channel(self) -> grpc.aio.Channel:
        """A new connection of its own."""
        return grpc.aio.insecure_channel(
            self.target, options=[("grpc.use_local_subchannel_pool", 1)]
        )


@dataclass(frozen=True, slots=True)
class Rpc:
    """Both stubs over one channel."""

    channel: grpc.aio.Channel

    @property
    def uploads(self) -> "UploadServiceAsyncStub":
        """UploadService."""
        return UploadServiceStub(self.channel)

    @property
    def videos(self) -> "VideoServiceAsyncStub":
        """VideoService."""
        return VideoServiceStub(self.channel)


def service_config(
    emulator: Emulator, dsn: str, changes: Mapping[str, Mapping[str, Any]] | None = None
) -> Config:
    """Settings of a service on free ports beside this emulator; `changes` by section."""
    sections: dict[str, dict[str, Any]] = {
        "server": {
            "grpc_addr": "127.0.0.1:0",
            "http_addr": "127.0.0.1:0",
            "metrics_addr": "127.0.0.1:0",
            "reflection": True,
            "shutdown_grace_seconds": 4,
            # What takes long in a test is the machine.
            "call_deadline_seconds": 20,
            "callback_deadline_seconds": 20,
        },
        # Tests ask more at once, and of fewer users, than people do; others need the cores too.
        "limits": {
            "max_calls": 1000,
            "max_pushes": 1000,
            "user_calls_per_second": 0,
            "work_share": 0,
        },
        "database": {
            "url": dsn,
            "pool_min_size": 1,
            "acquire_timeout_seconds": 15,
            "command_timeout_seconds": 15,
            "statement_timeout_seconds": 14,
            "lock_timeout_seconds": 13,
        },
        "gcs": {
            "project_id": emulator.settings.project_id,
            "timeout_seconds": 20,
            "bucket": BUCKET,
            "signer": "key",
            "signer_key_file": emulator.service_account_file,
            "endpoint": emulator.url,
            "callback_audience": (AUDIENCE,),
            "push_service_account_email": emulator.settings.push_email,
            "push_certs_url": emulator.certs_url,
        },
    }
    for section, values in (changes or {}).items():
        sections[section] = {**sections.get(section, {}), **values}
    settings: dict[str, Any] = dict(sections)
    return Config(**settings)


@asynccontextmanager
async def running_service(
    emulator: Emulator, dsn: str, changes: Mapping[str, Mapping[str, Any]] | None = None
) -> AsyncIterator[Service]:
    """Run a service on `dsn` and let the emulator push to it."""
    async with service(service_config(emulator, dsn, changes)) as running:
        push_to(emulator, running.http.port)
        database = await asyncpg.connect(dsn)
        try:
            yield Service(emulator, running, dsn, database)
        finally:
            await database.close()


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    """A fresh emulator that pushes nowhere yet."""
    async with fresh_emulator(tmp_path / "gcs") as running:
        yield running


@pytest.fixture
async def live(emulator: Emulator, database: str) -> AsyncIterator[Service]:
    """A service with default settings, an empty database and a fresh emulator."""
    async with running_service(emulator, database) as running:
        yield running


@pytest.fixture
async def rpc(live: Service) -> AsyncIterator[Rpc]:
    """Stubs on a channel to the live service."""
    async with live.channel() as channel:
        yield Rpc(channel)
