"""The bars: what each scenario may cost, as a multiple of its own bare parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.sample import CPU, P50, P99, RATE


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. Without `limit` the factor is the bar itself, in the figure's unit."""

    name: str
    scenario: str
    figure: str
    factor: float
    limit: tuple[str, ...] = ()
    """Activities whose figures, added up, are what the scenario is measured against."""
    at_most: bool = True
    says: str = ""
    unit: str = "x"

    def reference(self, figures: Mapping[str, Mapping[str, float]]) -> float | None:
        """Add the limit up from one round's figures by activity; None when a part is missing."""
        if not self.limit:
            return 1.0
        parts = [figures.get(part, {}).get(self.figure) for part in self.limit]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    def ratio(self, figures: Mapping[str, Mapping[str, float]]) -> float | None:
        """Compare one round with its limit; None when something was not measured."""
        value = figures.get(self.scenario, {}).get(self.figure)
        reference = self.reference(figures)
        return None if value is None or not reference else value / reference

    def met_by(self, ratio: float) -> bool:
        """True on the right side of the bar, the bar itself included."""
        return ratio <= self.factor if self.at_most else ratio >= self.factor


def _cpu(scenario: str, factor: float, limit: tuple[str, ...], says: str) -> Bar:
    return Bar(f"{scenario}: CPU", scenario, CPU, factor, limit, says=says)


def _seconds(name: str, scenario: str, figure: str, most: float, says: str) -> Bar:
    return Bar(name, scenario, figure, most, says=says, unit="s")


_PARTS_OF_INIT = ("empty_call", "bare_upsert", "signature")
_PARTS_OF_PUSH = ("empty_post", "token_check", "bare_completion")

BARS: Sequence[Bar] = (
    _cpu(
        "init_new",
        1.25,
        _PARTS_OF_INIT,
        "CPU per call <= 1.25 x (empty call + bare upsert + one signature)",
    ),
    Bar(
        "init_new: CPU beside one bare call of its parts",
        "init_new",
        CPU,
        1.25,
        ("bare_init",),
        says="CPU per call <= 1.25 x one bare call with the upsert and the signature in it",
    ),
    Bar(
        "get_upload: rate beside its parts",
        "get_upload",
        RATE,
        0.7,
        ("call_with_select",),
        at_most=False,
        says="rate >= 0.7 x that of an empty call with one bare select in it",
    ),
    Bar(
        "get_upload: rate beside an empty call",
        "get_upload",
        RATE,
        0.45,
        ("empty_call",),
        at_most=False,
        says="rate >= 0.45 x that of an empty call",
    ),
    _cpu(
        "callback_new",
        1.3,
        _PARTS_OF_PUSH,
        "CPU per push <= 1.3 x (empty POST + token check + 4 bare round trips)",
    ),
    Bar(
        "callback_new: CPU beside one bare push of its parts",
        "callback_new",
        CPU,
        1.3,
        ("bare_push",),
        says="CPU per push <= 1.3 x one bare POST with the check and the round trips in it",
    ),
    _cpu("callback_duplicate", 0.7, ("callback_new",), "CPU per push <= 0.7 x a new one's"),
    _cpu("callback_refused", 0.35, ("callback_new",), "CPU per push <= 0.35 x a new one's"),
    Bar(
        "relay: drain",
        "relay_drain",
        RATE,
        10_000,
        at_most=False,
        says=">= 10,000 events/s to a topic that costs nothing",
        unit="/s",
    ),
    _seconds("relay: commit to publish, p50", "relay_pace", P50, 0.060, "<= 60 ms at 200 events/s"),
    _seconds(
        "relay: commit to publish, p99", "relay_pace", P99, 0.250, "<= 250 ms at 200 events/s"
    ),
    Bar(
        "client: rate beside curl",
        "client_upload",
        RATE,
        0.9,
        ("curl_upload",),
        at_most=False,
        says="bytes/s >= 0.9 x curl on loopback",
    ),
    Bar(
        "client: hashing",
        "client_hash",
        RATE,
        0.95,
        ("bare_hash",),
        at_most=False,
        says="bytes/s >= 0.95 x bare hashlib",
    ),
)

WHOLES: Sequence[Bar] = (
    _cpu("bare_init", 1.25, _PARTS_OF_INIT, "what init_new is allowed beside the same parts"),
    _cpu("bare_push", 1.3, _PARTS_OF_PUSH, "what callback_new is allowed beside the same parts"),
)
"""No bars, but what they leave to anybody: bare services that do all parts in one call, beside the
parts measured alone, and the factor that the bar of the whole product has."""
