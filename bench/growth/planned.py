"""Every named query at the large size: by its index, and no further than it has to."""

import time

from bench.activity import Activity
from bench.bars import Bar
from bench.grown.plan_cases import faults, queries
from bench.grown.plans import MODES
from bench.growth.pairs import FAMILY, LARGE
from bench.sample import Measured
from bench.stage import Stage

_NAME = f"{LARGE}_plans"
_SHARE = "answered by index"


async def _measure(stage: Stage, _seconds: float) -> Measured:
    site = (await stage.growth()).large
    began = time.perf_counter()
    wrong = await faults(site.database, site.rows)
    many = len(queries()) * len(MODES)
    return Measured(
        operations=many,
        seconds=time.perf_counter() - began,
        errors=len(wrong),
        first_error="; ".join(wrong),
        numbers={_SHARE: 1 - len(wrong) / many, "queries": float(len(queries()))},
    )


PLANS = Activity(
    _NAME, FAMILY, "plans of all named queries, custom and generic: large tables", _measure, True
)
PLANS_BAR = Bar(
    f"{LARGE}: plans",
    _NAME,
    _SHARE,
    1.0,
    at_most=False,
    says="every query reaches tables that grow by index, and reads a bounded number of rows",
    unit="of all",
)
