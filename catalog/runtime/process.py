"""The service as one process: its signals, its last words and its exit code."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog
import uvloop

from catalog.application.faults import describe_fault
from catalog.runtime import logs
from catalog.runtime.config import Config
from catalog.runtime.service import Running, serve, serve_workers
from catalog.runtime.starting import StartError
from catalog.runtime.workers import RunningWorkers

Part = TypeVar("Part")
Started = Callable[[Running], None]
Serve = Callable[[asyncio.Event, Callable[[Part], None]], Awaitable[None]]


def run(config: Config, started: Started | None = None) -> int:
    """Run until SIGTERM or SIGINT; return the exit code: 1 when a part ended by itself.

    Raises StartError.
    """
    log = structlog.get_logger(component="service")

    def announce(running: Running) -> None:
        log.info("serving", **running.ports)
        if started is not None:
            started(running)

    return _run(config, lambda stop, up: serve(config, stop, up), announce)


def run_worker_process(config: Config, names: Sequence[str]) -> int:
    """Run these workers alone until SIGTERM or SIGINT; exit code and errors as above."""
    log = structlog.get_logger(component="service")

    def announce(_: RunningWorkers) -> None:
        log.info("working", workers=list(names))

    return _run(config, lambda stop, up: serve_workers(config, names, stop, up), announce)


def _run(config: Config, serve: Serve[Part], announce: Callable[[Part], None]) -> int:
    logs.configure(config.telemetry.log_format, config.telemetry.log_level)
    log = structlog.get_logger(component="service")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_told(serve, announce))
    except StartError:
        raise
    except Exception as error:  # noqa: BLE001 - a crashed part: its text may hold secrets
        causes = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
        log.error("service_failed", causes=[describe_fault(cause) for cause in causes])  # noqa: TRY400
        return 1
    log.info("stopped")
    return 0


async def _until_told(serve: Serve[Part], announce: Callable[[Part], None]) -> None:
    """Serve until a signal comes; one that comes before we serve ends the start at once."""
    stop, serving = asyncio.Event(), asyncio.Event()

    def up(running: Part) -> None:
        # Modules and wiring stand until the end: looking through them for garbage, as every
        # full collection would, takes 50 ms in which nobody is answered.
        gc.freeze()
        gc.enable()  # whoever started us may have disabled it, to start sooner
        serving.set()
        announce(running)

    task = asyncio.ensure_future(serve(stop, up))

    def end() -> None:
        stop.set()
        if not serving.is_set():
            task.cancel()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, end)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
