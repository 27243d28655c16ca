"""PostgreSQL, emulator, schema and service, started in this order and ended in the reverse."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from catalog.devstack.endpoints import Endpoints
from catalog.devstack.on_thread import on_thread
from catalog.devstack.ports import check_free
from catalog.devstack.postgres import running_cluster
from catalog.devstack.process import ServiceProcess, service_process
from catalog.devstack.scratch import scratch_folder
from catalog.emulator import Emulator, EmulatorSettings, run_emulator
from catalog.emulator.push_client import PushTarget
from catalog.runtime import migrations

BUCKET = "catalog-uploads"
AUDIENCE = "https://catalog.local/_/gcs/callback"
CALLBACK_PATH = "/_/gcs/callback"


@dataclass(frozen=True, slots=True)
class StackSettings:
    """How the stack is to be; port 0 takes a free one."""

    database_url: str | None = field(default=None, repr=False)
    """None starts a PostgreSQL of our own."""
    grpc_port: int = 0
    http_port: int = 0
    metrics_port: int = 0
    gcs_port: int = 0
    service: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Further settings of the service, as environment variables; the stack's own win."""
    log: Path | None = None
    """Where the service's log goes; None = standard error."""

    @property
    def ports(self) -> Mapping[str, int]:
        """The ports by the names of their options."""
        return {
            "grpc-port": self.grpc_port,
            "http-port": self.http_port,
            "metrics-port": self.metrics_port,
            "gcs-port": self.gcs_port,
        }


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A stack that serves."""

    endpoints: Endpoints
    emulator: Emulator
    service: ServiceProcess


def _silent(_step: str) -> None: ...


@asynccontextmanager
async def local_stack(
    settings: StackSettings, progress: Callable[[str], None] = _silent
) -> AsyncIterator[LocalStack]:
    """Serve while the block lasts; `progress` hears of each step.

    Raises PortTakenError, ClusterError, MigrationError or ServiceProcessError.
    """
    check_free(settings.ports)
    async with AsyncExitStack() as stack:
        if settings.database_url is None:
            progress("starting PostgreSQL")
        dsn = await stack.enter_async_context(_database(settings.database_url))
        progress("applying migrations")
        await asyncio.to_thread(migrations.apply, dsn)
        progress("starting the emulator")
        folder = stack.enter_context(scratch_folder("emulator"))
        emulator = await stack.enter_async_context(
            run_emulator(
                EmulatorSettings(data_dir=folder, port=settings.gcs_port, buckets=(BUCKET,))
            )
        )
        progress("starting the service")
        environment = {**settings.service, **_environment(settings, emulator, dsn)}
        service = await stack.enter_async_context(service_process(environment, log=settings.log))
        push_to(emulator, service.http_port)
        yield LocalStack(_endpoints(emulator, service, dsn), emulator, service)


def push_to(emulator: Emulator, http_port: int) -> None:
    """Point the emulator's push subscription at a service."""
    emulator.pushes.set_target(PushTarget(f"http://127.0.0.1:{http_port}{CALLBACK_PATH}", AUDIENCE))


@asynccontextmanager
async def _database(url: str | None) -> AsyncIterator[str]:
    if url is not None:
        yield url
        return
    # The stack forgets everything at its end, so nothing need survive the machine.
    async with on_thread(running_cluster(durable=False)) as cluster:
        yield cluster.dsn("catalog")


def service_settings(emulator: Emulator, dsn: str) -> dict[str, str]:
    """Settings of a service that talks to this emulator and database, as environment variables."""
    return {
        "DATABASE_URL": dsn,
        "CATALOG_SERVER__GRPC_ADDR": "127.0.0.1:0",
        "CATALOG_SERVER__HTTP_ADDR": "127.0.0.1:0",
        "CATALOG_SERVER__METRICS_ADDR": "127.0.0.1:0",
        "CATALOG_SERVER__REFLECTION": "true",
        "CATALOG_GCS__PROJECT_ID": emulator.settings.project_id,
        "CATALOG_GCS__BUCKET": emulator.settings.buckets[0],
        "CATALOG_GCS__SIGNER": "key",
        "CATALOG_GCS__SIGNER_KEY_FILE": str(emulator.service_account_file),
        "CATALOG_GCS__ENDPOINT": emulator.url,
        "CATALOG_GCS__CALLBACK_AUDIENCE": AUDIENCE,
        "CATALOG_GCS__PUSH_SERVICE_ACCOUNT_EMAIL": emulator.settings.push_email,
        "CATALOG_GCS__PUSH_CERTS_URL": emulator.certs_url,
        "CATALOG_PUBSUB__PROJECT_ID": emulator.settings.project_id,
        "CATALOG_PUBSUB__EVENTS_TOPIC": emulator.settings.events_topic,
        "CATALOG_PUBSUB__ENDPOINT": f"http://{emulator.pubsub_target}",
    }


def _environment(settings: StackSettings, emulator: Emulator, dsn: str) -> dict[str, str]:
    return service_settings(emulator, dsn) | {
        "CATALOG_WORKERS__IN_SERVER": "true",
        "CATALOG_SERVER__GRPC_ADDR": f"127.0.0.1:{settings.grpc_port}",
        "CATALOG_SERVER__HTTP_ADDR": f"127.0.0.1:{settings.http_port}",
        "CATALOG_SERVER__METRICS_ADDR": f"127.0.0.1:{settings.metrics_port}",
    }


def _endpoints(emulator: Emulator, service: ServiceProcess, dsn: str) -> Endpoints:
    return Endpoints(
        grpc=f"127.0.0.1:{service.grpc_port}",
        http=f"http://127.0.0.1:{service.http_port}",
        metrics=f"http://127.0.0.1:{service.metrics_port}/metrics",
        gcs=emulator.url,
        pubsub=f"http://{emulator.pubsub_target}",
        certs_url=emulator.certs_url,
        bucket=BUCKET,
        dsn=dsn,
    )


def database_url_from(environment: Mapping[str, str]) -> str | None:
    """The database that DATABASE_URL names instead of our own; None where it is not set."""
    return environment.get("DATABASE_URL") or None


def service_settings_from(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings of the service that somebody gave to the stack: CATALOG_<SECTION>__<KEY>."""
    return {
        name: value
        for name, value in environment.items()
        if name == "UPLOADS_FEATURE_ENABLED" or (name.startswith("CATALOG_") and "__" in name)
    }
