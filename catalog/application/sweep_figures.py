"""What sweeps show of themselves, page by page: a walk may take hours."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from catalog.application.metrics.metric import Measures
from catalog.application.metrics.upkeep import SWEEP_RUNS, SWEPT
from catalog.application.sweep_walk import SweepResult, SweepRun

Sweep = Callable[[SweepRun], Awaitable[SweepResult]]


@dataclass(frozen=True, slots=True)
class MeasuredSweep:
    """A sweep with its figures. What earlier runs of a walk had counted is not counted again."""

    kind: Literal["bucket", "waiting", "completed"]
    use_case: Sweep
    measures: Measures

    async def __call__(self, run: SweepRun) -> SweepResult:
        """Do what the use case does, and count it."""
        counted: Counter[str] = Counter()

        def begun(counts: Mapping[str, int]) -> None:
            counted.update(counts)
            run.begun(counts)

        def progress(position: str, counts: Mapping[str, int]) -> None:
            self._count(counts, counted)
            run.progress(position, counts)

        try:
            result = await self.use_case(replace(run, begun=begun, progress=progress))
        except Exception:
            self.measures.add(SWEEP_RUNS, sweep=self.kind, state="failed")
            raise
        self._count(result.counts, counted)
        if result.state != "not_now":
            self.measures.add(SWEEP_RUNS, sweep=self.kind, state=result.state)
        return result

    def _count(self, counts: Mapping[str, int], counted: "Counter[str]") -> None:
        for name, number in counts.items():
            if new := number - counted[name]:
                # Reasons are many; logs and reports have them.
                self.measures.add(SWEPT, new, outcome=name.partition(".")[0])
                counted[name] = number
