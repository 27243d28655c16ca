"""What a process takes before it is asked anything, and while it is not."""

import asyncio
import time
from collections.abc import Sequence

from bench.activity import Activity
from bench.bars import Bar
from bench.process.alone import alone
from bench.process.mix import Mix
from bench.process.scheduled import scheduled_seconds
from bench.sample import Measured
from bench.stage import Stage

SERVING = "seconds to SERVING"
RESIDENT = "RSS, MiB"
RESIDENT_AT_ONCE = "RSS at SERVING, MiB"
IDLE = "idle CPU, %"
_DATABASE = "process"
_FIRST_CALLS = 200
_SETTLE_SECONDS = 3.0
_IDLE_SECONDS = 12.0


async def _start(stage: Stage, _seconds: float) -> Measured:
    """Start it; its memory is looked at once it has done everything for the first time."""
    began = time.perf_counter()
    async with alone(stage, _DATABASE) as service:
        at_once = service.resident()
        mix = await Mix.prepared(stage, service, stage.fresh_tag("start"))
        errors = await mix.calls(_FIRST_CALLS)
        await mix.all_published()
        numbers = {
            SERVING: service.seconds_to_serving,
            "CPU seconds to SERVING": service.cpu_to_serving,
            RESIDENT_AT_ONCE: at_once,
            RESIDENT: service.resident(),
        }
    return Measured(1, time.perf_counter() - began, errors=errors, numbers=numbers)


async def _idle(stage: Stage, _seconds: float) -> Measured:
    async with alone(stage, _DATABASE) as service:
        await asyncio.sleep(_SETTLE_SECONDS)
        cpu, began = scheduled_seconds(service.process), time.perf_counter()
        await asyncio.sleep(_IDLE_SECONDS)
        used, took = scheduled_seconds(service.process) - cpu, time.perf_counter() - began
    return Measured(1, took, numbers={IDLE: used / took * 100})


ACTIVITIES: Sequence[Activity] = (
    Activity("process_start", "process", "a process with its workers, started", _start),
    Activity("process_idle", "process", "the same, asked nothing", _idle, once=True),
)
BARS: Sequence[Bar] = (
    Bar(
        "process: time to SERVING",
        "process_start",
        SERVING,
        1.5,
        says="<= 1.5 s from its start until health by gRPC says SERVING",
        unit="s",
    ),
    Bar(
        "process: RSS after start",
        "process_start",
        RESIDENT,
        120,
        says="<= 120 MiB, everything done once",
        unit="MiB",
    ),
    Bar(
        "process: idle",
        "process_idle",
        IDLE,
        0.5,
        says="<= 0.5 % of a core over 12 s, workers running",
        unit="%",
    ),
)
