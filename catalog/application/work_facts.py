"""What every log line of a piece of work says beside its own: its trace, its user, its upload.

One dict in one context variable. A variable for each name, which is how log libraries do it,
costs a call 5 to 10 us.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

Facts = dict[str, str | None]
_FACTS: ContextVar[Facts] = ContextVar("catalog_work_facts")
_NONE: Mapping[str, str | None] = MappingProxyType({})


def begin_work(facts: Facts) -> None:
    """Let lines of this context, and of tasks that it begins, say these and nothing older."""
    _FACTS.set(facts)


def learn(**facts: str | None) -> None:
    """Let them say these as well, from now on."""
    known = _FACTS.get(None)
    if known is None:
        begin_work(facts)
    else:
        known.update(facts)


def work_facts() -> Mapping[str, str | None]:
    """Return what is known by now; safe to log."""
    return _FACTS.get(_NONE)
