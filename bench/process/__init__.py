"""What a process takes by itself: to start, to idle, and after very many calls."""

from collections.abc import Sequence

from bench.activity import Activity
from bench.bars import Bar
from bench.process import soaked, started

ACTIVITIES: Sequence[Activity] = (*started.ACTIVITIES, *soaked.ACTIVITIES)
BARS: Sequence[Bar] = (*started.BARS, *soaked.BARS)
