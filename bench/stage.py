"""Everything a run needs, started once: PostgreSQL, emulator, service, empty servers, two hands."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from bench.bare.servers import ROWS, SELECTED_TAG
from bench.children import BareServers, BareWhole, Hand, bare_servers, bare_whole, hand
from bench.grown.sites import Sites, Sizes, both_sites
from bench.items import Item
from bench.later import Later
from bench.sample import Measured
from bench.seeding import make_bare_schema, make_uploads
from bench.serving import unlimited_settings
from catalog.devstack.on_thread import on_thread
from catalog.devstack.postgres import running_cluster
from catalog.devstack.process import ServiceProcess, service_process
from catalog.devstack.scratch import scratch_folder
from catalog.devstack.stack import AUDIENCE
from catalog.emulator import Emulator, EmulatorSettings, run_emulator
from catalog.emulator.keys import SigningKey
from catalog.runtime import migrations

WARM_SECONDS = 0.3
MOST_PER_SECOND = 3_000
"""More new uploads than any scenario gets through."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What scenarios find."""

    dsn: str = field(repr=False)
    database: "asyncpg.Connection[asyncpg.Record]"
    """For rows to start from and for looking at what was written."""
    emulator: Emulator
    service: ServiceProcess
    bare: BareServers
    asking: Hand
    """The load generator."""
    working: Hand
    """Where bare work, the relay and the client run."""
    folder: Path
    growth: Later[Sites]
    """Two databases of different sizes, filled when they are first asked for."""
    whole: Later[BareWhole]
    """Servers that do all parts of a call at once, started when they are first asked."""
    token: str = field(repr=False)
    forged_token: str = field(repr=False)
    done: dict[str, Measured] = field(default_factory=dict)
    """What was measured before its turn, together with another activity."""
    _tags: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def fresh_tag(self, name: str) -> str:
        """Name items that nobody has used yet."""
        return f"{name}-{next(self._tags)}"

    def most(self, seconds: float) -> int:
        """How many new items a window may take."""
        return round((seconds + WARM_SECONDS) * MOST_PER_SECOND)

    async def call(self, kind: str, seconds: float, **more: object) -> Mapping[str, Any]:
        """Load the service's gRPC server."""
        return await self.asking.do(
            "load_grpc",
            kind=kind,
            port=self.service.grpc_port,
            server=self.service.process.pid,
            seconds=seconds,
            warm_seconds=WARM_SECONDS,
            **more,
        )

    async def push(
        self, seconds: float, *, token: str, expected: int = 204, **more: object
    ) -> Mapping[str, Any]:
        """Load the service's callback."""
        return await self.asking.do(
            "load_http",
            port=self.service.http_port,
            token=token,
            expected=expected,
            server=self.service.process.pid,
            seconds=seconds,
            warm_seconds=WARM_SECONDS,
            **more,
        )


def measured(told: Mapping[str, Any], errors: int = 0) -> Measured:
    """Read what a hand told."""
    return Measured(
        operations=told["operations"],
        seconds=told["seconds"],
        cpu_seconds=told.get("cpu_seconds"),
        latencies=told.get("latencies", {}),
        errors=told.get("errors", 0) + errors,
        first_error=told.get("first_error", "")
        or (f"{errors} not in the tables" if errors else ""),
        generator_cpu_seconds=told.get("generator_cpu_seconds"),
        numbers=told.get("numbers", {}),
    )


@asynccontextmanager
async def stage(
    progress: Callable[[str], None], *, durable: bool = True, sizes: Sizes | None = None
) -> AsyncIterator[Stage]:
    """Set it up, and take it down when the block ends. User rates are not limited.

    `durable` is what a database in production is; without it no commit waits for the disk.
    """
    async with AsyncExitStack() as stack:
        progress("starting PostgreSQL")
        cluster = await stack.enter_async_context(on_thread(running_cluster(durable=durable)))
        dsn = cluster.dsn("catalog")
        progress("applying migrations")
        await asyncio.to_thread(migrations.apply, dsn)
        database = await asyncpg.connect(dsn)
        stack.push_async_callback(database.close)
        progress("making rows to read")
        await _rows(database)
        progress("starting emulator, service and empty servers")
        folder = stack.enter_context(scratch_folder("bench"))
        emulator = run_emulator(EmulatorSettings(data_dir=folder / "gcs"))
        running = await stack.enter_async_context(emulator)
        growth = Later(lambda: both_sites(sizes or Sizes(), running, folder, progress), stack)
        yield await _around(stack, database, dsn, folder, emulator=running, growth=growth)


async def _around(
    stack: AsyncExitStack,
    database: "asyncpg.Connection[asyncpg.Record]",
    dsn: str,
    folder: Path,
    *,
    emulator: Emulator,
    growth: Later[Sites],
) -> Stage:
    forger = await asyncio.to_thread(SigningKey.generate)
    service = service_process(unlimited_settings(emulator, dsn), log=folder / "service.log")
    claims = {"aud": AUDIENCE}
    return Stage(
        dsn=dsn,
        database=database,
        emulator=emulator,
        service=await stack.enter_async_context(service),
        bare=await stack.enter_async_context(bare_servers(dsn)),
        asking=await stack.enter_async_context(hand()),
        working=await stack.enter_async_context(hand()),
        folder=folder,
        growth=growth,
        whole=Later(lambda: bare_whole(dsn), stack),
        token=emulator.issuer.push_token(AUDIENCE),
        forged_token=emulator.issuer.mint(claims, key=forger),
    )


async def _rows(database: "asyncpg.Connection[asyncpg.Record]") -> None:
    await make_bare_schema(database)
    items = [Item(SELECTED_TAG, number) for number in range(ROWS)]
    for schema in ("bare", "catalog"):
        await make_uploads(database, items, schema=schema)
