"""Samples made up for tests of what is done with them."""

from collections.abc import Mapping

from bench.noise import Noise
from bench.result import Result
from bench.sample import Measured, Sample

QUIET = Noise(steal=0.0, foreign=0.01, load_before=0.1)


def sample(
    activity: str, number: int = 1, *, rate: float = 1000, micros: float = 100, **more: float
) -> Sample:
    """One second of it, at this rate and CPU per operation; `more` are p50, p95 and p99."""
    cpu = rate * micros / 1e6
    return Sample(activity, number, Measured(round(rate), 1.0, cpu, more))


def result(*samples: Sample, rounds: int = 1, machine: Mapping[str, str] | None = None) -> Result:
    return Result(
        machine=machine or {"machine": "a quiet one"},
        command="make bench",
        seconds=1,
        rounds=rounds,
        took_seconds=60,
        noise=QUIET,
        samples=samples,
    )
