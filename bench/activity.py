"""What is measured: scenarios of the product, and the bare parts they are held against."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.sample import Measured
from bench.stage import Stage

LAPS = 3
"""For what is held against something else. What else goes on at a machine lasts seconds: the
shorter the pieces, the more alike is what all of them get of it."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing to measure for a while."""

    name: str
    family: str
    """`bare`, or what the command line calls the scenario's group."""
    says: str
    measure: Callable[[Stage, float], Awaitable[Measured]]
    """Given the stage and for how many seconds. Raises ChildError."""
    long: bool = False
    """True for one that takes minutes and is measured only when it is asked for."""
    once: bool = False
    """True for one that is measured in the first round alone: it takes long, and varies little."""
    laps: int = 1
    """In how many pieces a round measures it, each in turns with those of all others."""
