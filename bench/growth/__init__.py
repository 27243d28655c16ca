"""What the size of the tables costs: ten thousand uploads beside a million, in the same minutes."""

from collections.abc import Sequence

from bench.activity import Activity
from bench.bars import Bar
from bench.growth.calls import CALLS
from bench.growth.pairs import activities_of
from bench.growth.planned import PLANS, PLANS_BAR
from bench.growth.swept import SWEEP
from bench.growth.upkeep import UPKEEP

_PAIRS = (*CALLS, SWEEP, *UPKEEP)
ACTIVITIES: Sequence[Activity] = (*activities_of(_PAIRS), PLANS)
BARS: Sequence[Bar] = (*(pair.bar() for pair in _PAIRS), PLANS_BAR)
