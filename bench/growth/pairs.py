"""The same thing at both sizes: two activities, measured together, and their bars."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.activity import Activity
from bench.bars import Bar
from bench.grown.sites import Sites
from bench.sample import Measured
from bench.stage import Stage

FAMILY = "growth"
MOST = 1.2
SMALL, LARGE = "small", "grown"


@dataclass(frozen=True, slots=True)
class Pair:
    """What is measured, and the figures that are held against each other."""

    name: str
    says: str
    measure: Callable[[Stage, Sites, float], Awaitable[tuple[Measured, Measured]]]
    """Gives the small one's and the large one's."""
    figure: str
    told: str
    """The bar in words."""
    unit: str = "x"

    @property
    def small(self) -> str:
        """Name of the half that is the reference."""
        return f"{SMALL}_{self.name}"

    @property
    def large(self) -> str:
        """Name of the half that the bar is about."""
        return f"{LARGE}_{self.name}"

    def activities(self) -> Iterator[Activity]:
        """Give both halves, in one of whose turns both are measured."""
        for name, size in ((self.small, "the small tables"), (self.large, "the large tables")):
            yield Activity(name, FAMILY, f"{self.says}: {size}", self._half(name), long=True)

    def bar(self) -> Bar:
        """Hold the large one against the small one."""
        return Bar(
            f"{LARGE}: {self.name.replace('_', ' ')}",
            self.large,
            self.figure,
            MOST,
            (self.small,),
            says=self.told,
        )

    def _half(self, name: str) -> Callable[[Stage, float], Awaitable[Measured]]:
        async def measure(stage: Stage, seconds: float) -> Measured:
            sites = await stage.growth()
            if name not in sites.done:
                both = await self.measure(stage, sites, seconds)
                sites.done.update(zip((self.small, self.large), both, strict=True))
            return sites.done.pop(name)

        return measure


def activities_of(pairs: Sequence[Pair]) -> Sequence[Activity]:
    """Give the halves of all."""
    return [activity for pair in pairs for activity in pair.activities()]
