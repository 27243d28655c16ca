"""What the process takes from the machine, looked up when somebody asks."""

import time
from collections.abc import Callable, Iterable

import psutil
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from catalog.application.metrics.metric import Metric
from catalog.application.metrics.process import CPU_SECONDS, DESCRIPTORS, MEMORY, THREADS, UPTIME

Look = Callable[[CallbackOptions], Iterable[Observation]]
LOOKED_UP: tuple[Metric, ...] = (CPU_SECONDS, MEMORY, DESCRIPTORS, THREADS, UPTIME)
"""Figures that this module gives, and nobody else."""


def observe_process(provider: MeterProvider) -> None:
    """Give the figures of this process with every collection."""
    meter, process = provider.get_meter("catalog"), psutil.Process()

    def looking(look: Callable[[], float]) -> list[Look]:
        return [lambda _: [Observation(look())]]

    meter.create_observable_counter(
        CPU_SECONDS.name,
        looking(lambda: sum(process.cpu_times()[:2])),
        CPU_SECONDS.unit,
        CPU_SECONDS.description,
    )
    levels: dict[Metric, Callable[[], float]] = {
        MEMORY: lambda: process.memory_info().rss,
        DESCRIPTORS: process.num_fds,
        THREADS: process.num_threads,
        UPTIME: lambda: time.time() - process.create_time(),
    }
    for metric, look in levels.items():
        meter.create_observable_gauge(metric.name, looking(look), metric.unit, metric.description)
