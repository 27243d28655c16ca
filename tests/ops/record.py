"""Records what Prometheus would see of each fault: `python -m tests.ops.record [FAULT]...`.

Runs the stack, lets people upload, injects the fault, and writes what `/metrics` showed once a
second as a promtool test into deploy/prometheus/tests/recorded/. To be run again when figures that
the rules query change their meaning; the files are committed, so that tests need no stack.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.ops.injected import INJECTED, Injected
from tests.ops.operated import RECORDED, figures_of_rules
from tests.ops.recording import STRETCH, Recording
from tests.ops.scene import Scene, running_scene
from tests.support.waiting import until

_WARM_UPLOADS = 40
_WARM_SECONDS = 60
BEFORE = 20
"""Seconds that are recorded before the fault."""

_HEAD = """\
# {title}
# Recorded by `python -m tests.ops.record {name}` from a real run; do not edit. A second of the
# run stands for {stretch} s: samples lie {stretch} s apart, ages are stretched as much, and the
# service's own intervals were as much shorter. Durations, counts and levels are as they were.
rule_files: [../../rules.yaml]
evaluation_interval: {stretch}s
tests:
  - name: {name}
    interval: {stretch}s
    input_series:
"""
_FIRED = "max by (alertname) (max_over_time(ALERTS{{{which}}}[2h]))"


def _expectation(minutes: float, which: str, fired: str | None) -> list[str]:
    samples = f"[{{labels: '{{alertname=\"{fired}\"}}', value: 1}}]" if fired else "[]"
    return [
        f"      - expr: '{_FIRED.format(which=which)}'",
        f"        eval_time: {round(minutes * 60)}s",
        f"        exp_samples: {samples}",
    ]


def _written(name: str, injected: Injected, recording: Recording) -> str:
    title = (injected.happens.__doc__ or "").strip()
    head = _HEAD.format(title=title, name=name, stretch=STRETCH)
    series = [f"      - {{series: '{each}', values: '{said}'}}" for each, said in recording.lines()]
    firing, end = 'alertstate="firing"', (recording.length - 1) * STRETCH / 60
    tests = ["    promql_expr_test:"]
    if injected.alert is None:
        tests += _expectation(end, firing, None)
    else:
        which = f'{firing},alertname="{injected.alert}"'
        tests += _expectation((BEFORE - 1) * STRETCH / 60, which, None)
        tests += _expectation(end, which, injected.alert)
    return head + "\n".join([*series, *tests]) + "\n"


async def _warm(scene: Scene) -> None:
    """Wait until uploads go through, so that every figure has begun."""
    await until(lambda: scene.uploaded >= _WARM_UPLOADS, _WARM_SECONDS)


async def recorded(injected: Injected, folder: Path) -> Recording:
    """Run it once."""
    recording = Recording(frozenset(figures_of_rules()))
    async with running_scene(folder, injected.settings) as scene:
        await injected.begins(scene)
        people = asyncio.create_task(scene.uploading())
        try:
            await _warm(scene)
            await scene.record(recording, BEFORE)
            fault = asyncio.create_task(_kept(injected, scene))
            await scene.record(recording, injected.seconds)
            for task in (fault, people):
                if task.done():
                    task.result()  # neither ends by itself unless it is broken
            fault.cancel()
            await asyncio.wait([fault])
        finally:
            people.cancel()
            await asyncio.wait([people])
    return recording


async def _kept(injected: Injected, scene: Scene) -> None:
    await injected.happens(scene)
    await asyncio.Event().wait()


def main(names: list[str]) -> int:
    """Record the named faults, or all."""
    for name in names or INJECTED:
        sys.stdout.write(f"recording {name} ...\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory() as folder:
            recording = asyncio.run(recorded(INJECTED[name], Path(folder)))
        written = _written(name, INJECTED[name], recording)
        (RECORDED / f"{name}.yaml").write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
