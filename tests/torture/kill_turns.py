"""Service processes that take turns: each is killed -9 while the next one is being started."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from catalog.devstack.process import ServiceProcess, service_process
from catalog.devstack.stack import service_settings
from catalog.emulator import Emulator
from tests.support.line import Line


@dataclass(slots=True)
class _Life:
    service: ServiceProcess
    end: AsyncExitStack


@dataclass(slots=True)
class Turns:
    """Has a process serve, workers included, and kills it every few seconds."""

    emulator: Emulator
    dsn: str = field(repr=False)
    line: Line
    log: Path
    every: float
    """Seconds from one kill to the next, the start of the first replacement permitting."""
    most: int | None = None
    """Kills after which a process may live; None = no end."""
    kills: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Serve and be killed while the block lasts."""
        life = await self._start()
        # A process that does not start ends the block: callers would wait for it in vain.
        async with asyncio.TaskGroup() as turns:
            turns.create_task(self._kill_again_and_again(life))
            try:
                yield
            finally:
                self._over.set()

    async def _kill_again_and_again(self, life: _Life) -> None:
        try:
            while self.most is None or self.kills < self.most:
                next_one = asyncio.create_task(self._start(led_to=False))
                over = await self._over_within(self.every)
                if not over:
                    await self._kill(life.service)
                    self.kills += 1
                await life.end.aclose()
                life = await next_one
                await self._lead_to(life.service)
                if over:
                    return
            await self._over.wait()
            await self._kill(life.service)
        finally:
            await life.end.aclose()

    async def _over_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._over.wait()
        return False

    async def _start(self, *, led_to: bool = True) -> _Life:
        settings = {
            **service_settings(self.emulator, self.dsn),
            "CATALOG_WORKERS__IN_SERVER": "true",
        }
        end = AsyncExitStack()
        service = await end.enter_async_context(service_process(settings, log=self.log))
        if led_to:
            await self._lead_to(service)
        return _Life(service, end)

    async def _lead_to(self, service: ServiceProcess) -> None:
        await self.line.lead_to(service.grpc_port, service.http_port)

    async def _kill(self, service: ServiceProcess) -> None:
        service.process.kill()
        assert await service.process.wait() == -9, "it ended by itself"
