"""All that can be measured, and what a choice of scenarios needs.

Modules `bench.scenarios.counted`, `bench.growth`, `bench.held` and `bench.process`, where they are,
add their own `ACTIVITIES` and `BARS`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from bench.activity import Activity
from bench.bars import BARS, WHOLES, Bar
from bench.scenarios import bare, callback, calls, client, relay, whole

_FAMILIES = (bare, whole, calls, callback, relay, client)
_MORE = ("bench.scenarios.counted", "bench.growth", "bench.held", "bench.process")


class UnknownScenarioError(ValueError):
    """The message names what there is."""


@cache
def _more() -> Sequence[ModuleType]:
    return [import_module(name) for name in _MORE if find_spec(name) is not None]


@cache
def activities() -> Mapping[str, Activity]:
    """Everything, by name, in the order in which a round goes through it."""
    found = [*_FAMILIES, *(module for module in _more() if hasattr(module, "ACTIVITIES"))]
    known = {each.name: each for module in found for each in module.ACTIVITIES}
    return {name: known[name] for name in in_turns(known, bars())}


def in_turns(known: Mapping[str, Activity], among: Sequence[Bar]) -> Sequence[str]:
    """Order names so that what is held against each other has its turns side by side."""
    placed: dict[str, None] = {}
    for name, activity in known.items():
        if activity.family != "bare":
            parts = (part for bar in among if bar.scenario == name for part in bar.limit)
            placed |= dict.fromkeys([*parts, name])
    placed |= dict.fromkeys(known)
    return [name for name in placed if name in known]


@cache
def bars() -> Sequence[Bar]:
    """The one table, with the rows of the further modules."""
    return [*BARS, *(bar for module in _more() for bar in getattr(module, "BARS", ()))]


def chosen(names: Sequence[str]) -> Sequence[Activity]:
    """Give what scenarios or families of these names take, bare parts included.

    All but the long ones for none. Raises UnknownScenarioError.
    """
    known = activities()
    if not names:
        return [activity for activity in known.values() if not activity.long]
    wanted = set(_named(names, known))
    for _ in range(2):  # a scenario that others are held against has parts of its own
        for bar in (*bars(), *WHOLES):
            if bar.scenario in wanted:
                wanted |= set(bar.limit)
    return [activity for name, activity in known.items() if name in wanted]


def _named(names: Sequence[str], known: Mapping[str, Activity]) -> Iterator[str]:
    families = {activity.family for activity in known.values()}
    for name in names:
        if name in known:
            yield name
        elif name in families:
            yield from (each.name for each in known.values() if each.family == name)
        else:
            there = ", ".join([*sorted(families), *known])
            raise UnknownScenarioError(f"no scenario {name}; there are: {there}")
