"""The faults that are switched on right now, and their JSON form."""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_args, get_type_hints

from catalog.emulator.fault import Fault
from catalog.emulator.faults import KINDS, ClockJump

FaultT = TypeVar("FaultT", bound=Fault)

_BY_NAME = {kind.NAME: kind for kind in KINDS}


class FaultSettingError(ValueError):
    """A fault that does not exist or cannot be set like that."""


@dataclass(slots=True)
class _Switch:
    fault: Fault
    remaining: int | None


class FaultSwitches:
    """Faults by kind; each strikes as often as it was told to and then switches itself off."""

    def __init__(self) -> None:
        self._switches: dict[type[Fault], list[_Switch]] = {}
        self._on_clear: list[Callable[[], None]] = []

    def set(self, *faults: Fault) -> None:
        """Switch on; all faults of a kind given here replace those of that kind set before."""
        for kind in {type(fault) for fault in faults}:
            given = [fault for fault in faults if type(fault) is kind]
            self._switches[kind] = [_Switch(fault, fault.times) for fault in given]
        self._changed()

    def clear(self, *kinds: type[Fault]) -> None:
        """Switch off the given kinds, or all of them; what was held back is let go."""
        for kind in kinds or tuple(self._switches):
            self._switches.pop(kind, None)
        self._changed()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called after every change by ``set`` or ``clear``."""
        self._on_clear.append(callback)

    def take(
        self, kind: type[FaultT], object_name: str | None = None, operation: str | None = None
    ) -> FaultT | None:
        """The fault that strikes here, counted as one strike; None when nothing is wrong."""
        switch = self._find(kind, object_name, operation)
        if switch is None:
            return None
        if switch.remaining is not None:
            switch.remaining -= 1
        assert isinstance(switch.fault, kind)
        return switch.fault

    def peek(self, kind: type[FaultT], object_name: str | None = None) -> FaultT | None:
        """The fault that would strike here, not counted."""
        switch = self._find(kind, object_name, None)
        if switch is None:
            return None
        assert isinstance(switch.fault, kind)
        return switch.fault

    def is_set(self, kind: type[Fault]) -> bool:
        """True while any fault of the kind can still strike."""
        return any(switch.remaining != 0 for switch in self._switches.get(kind, []))

    @property
    def clock_offset_seconds(self) -> float:
        """What the clock fault adds to real time."""
        switches = self._switches.get(ClockJump, [])
        return sum(s.fault.seconds for s in switches if isinstance(s.fault, ClockJump))

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """Every fault that can still strike, ``times`` being what is left of it."""
        live = {
            kind.NAME: [_describe(s) for s in switches if s.remaining != 0]
            for kind, switches in self._switches.items()
        }
        return {name: entries for name, entries in live.items() if entries}

    def _find(
        self, kind: type[Fault], object_name: str | None, operation: str | None
    ) -> _Switch | None:
        for switch in self._switches.get(kind, []):
            if switch.remaining != 0 and switch.fault.strikes(object_name, operation):
                return switch
        return None

    def _changed(self) -> None:
        for callback in self._on_clear:
            callback()


def decode(body: object) -> list[Fault]:
    """Faults from ``{name: {...} | [{...}, ...]}``.

    Raises FaultSettingError (or plain ValueError, for a value out of range), naming the unknown
    fault, the unknown field or the bad value.
    """
    if not isinstance(body, Mapping):
        raise FaultSettingError("expected an object of faults by name")
    return [
        _decode_one(kind_named(name), entry)
        for name, entries in body.items()
        for entry in (entries if isinstance(entries, list) else [entries])
    ]


def kind_named(name: str) -> type[Fault]:
    """The kind of fault with that NAME. Raises FaultSettingError for any other name."""
    kind = _BY_NAME.get(name)
    if kind is None:
        raise FaultSettingError(f"unknown fault {name!r}; known: {', '.join(sorted(_BY_NAME))}")
    return kind


def _decode_one(kind: type[Fault], entry: object) -> Fault:
    if not isinstance(entry, Mapping):
        raise FaultSettingError(f"{kind.NAME}: expected an object")
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    for key, value in entry.items():
        if key not in known:
            raise FaultSettingError(
                f"{kind.NAME}: unknown field {key!r}; known: {', '.join(sorted(known))}"
            )
        if not _fits(value, hints[key]):
            raise FaultSettingError(f"{kind.NAME}: {key} has the wrong type")
    try:
        return kind(**entry)
    except TypeError:
        raise FaultSettingError(f"{kind.NAME}: a required field is missing") from None


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - a type, as typing hands it out
    allowed = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if isinstance(value, bool):
        return bool in allowed
    if isinstance(value, int):
        return int in allowed or float in allowed
    return any(isinstance(value, option) for option in allowed)


def _describe(switch: _Switch) -> dict[str, Any]:
    described = {field.name: getattr(switch.fault, field.name) for field in fields(switch.fault)}
    return {**described, "times": switch.remaining}
