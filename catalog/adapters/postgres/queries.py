"""Loads the named queries of sql/*.sql and compiles `:name` parameters to asyncpg's `$n`.

A query starts with the line `-- its_name --`. `@its_name` pastes a fragment of
fragments.sql: column lists are explicit, so that a migration that adds a column
does not break plans that are already cached.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from operator import itemgetter

_HEADER = re.compile(r"^-- ([a-z0-9_]+) --\n", re.MULTILINE)
_FRAGMENT = re.compile(r"@([a-z_]+)")
# A quoted string, a line comment, a cast or a parameter: only the last one is rewritten.
_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::|:([a-z_0-9]+)")


class Query:
    """One named statement with its parameters in order."""

    __slots__ = ("_chosen", "name", "parameters", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.parameters: list[str] = []
        self.text = _TOKEN.sub(self._number, text).strip()
        self._chosen = _chooser(self.parameters)

    def _number(self, match: re.Match[str]) -> str:
        if (parameter := match[1]) is None:
            return match[0]
        if parameter not in self.parameters:
            self.parameters.append(parameter)
        return f"${self.parameters.index(parameter) + 1}"

    def arguments(self, values: Mapping[str, object]) -> Sequence[object]:
        """Order `values` as asyncpg wants them; TypeError unless they are the parameters."""
        try:
            chosen = self._chosen(values)
        except KeyError:
            chosen = None
        if chosen is None or len(chosen) != len(values):
            raise TypeError(f"{self.name} takes {self.parameters}, got {sorted(values)}")
        return chosen


def _chooser(names: Sequence[str]) -> Callable[[Mapping[str, object]], Sequence[object]]:
    """Pick the values of these names; of several in one step."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _sections(file: str) -> dict[str, str]:
    source = (resources.files("catalog.adapters.postgres.sql") / file).read_text("utf-8")
    _, *parts = _HEADER.split(source)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@cache
def load(file: str) -> Mapping[str, Query]:
    """Compile all queries of one file of sql/."""
    fragments = _sections("fragments.sql")
    return {
        name: Query(name, _FRAGMENT.sub(lambda match: fragments[match[1]].strip(), text))
        for name, text in _sections(file).items()
    }
