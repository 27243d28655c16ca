"""Figures scraped again and again, written in the notation of promtool's tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from prometheus_client.parser import text_string_to_metric_families

STRETCH = 30
"""A second of a run stands for so many here, so that two minutes show an hour."""
STRETCHED = frozenset(
    {
        "outbox_oldest_age_seconds",
        "upload_waiting_oldest_overdue_seconds",
        "levels_age_seconds",
        "sweep_finished_age_seconds",
        "certificates_fresh_seconds",
        "process_uptime_seconds",
    }
)
"""Figures that grow with the time that passes, and so are stretched with it."""
_FEW = 3

Labels = tuple[tuple[str, str], ...]
Value = float | None


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    labels: Labels

    def __str__(self) -> str:
        inner = ", ".join(f'{name}="{value}"' for name, value in self.labels)
        return f"{self.name}{{{inner}}}"


@dataclass(slots=True)
class Recording:
    """Samples of wanted series, at equal distances."""

    wanted: frozenset[str]
    length: int = 0
    series: dict[Series, list[Value]] = field(default_factory=dict)

    def add(self, instances: Mapping[str, str | None]) -> None:
        """Take what each instance shows now; None = it did not answer."""
        now: dict[Series, float] = {}
        for instance, shown in instances.items():
            of = (("instance", instance), ("job", "catalog"))
            now[Series("up", of)] = float(shown is not None)
            now.update(self._read(shown or "", of))
        for each in now.keys() - self.series.keys():
            self.series[each] = [None] * self.length
        for each, values in self.series.items():
            values.append(now.get(each))
        self.length += 1

    def _read(self, shown: str, of: Labels) -> Iterator[tuple[Series, float]]:
        for family in text_string_to_metric_families(shown):
            for sample in family.samples:
                if sample.name in self.wanted:
                    factor = STRETCH if sample.name in STRETCHED else 1
                    labels = (*of, *sorted(sample.labels.items()))
                    yield Series(sample.name, labels), sample.value * factor

    def lines(self) -> list[tuple[str, str]]:
        """Every series with its values, in promtool's notation."""
        ordered = sorted(self.series.items(), key=lambda item: str(item[0]))
        return [(str(each), notation(values)) for each, values in ordered]


def notation(values: Sequence[Value]) -> str:
    """Spell values as promtool reads them: `_` is a gap, `1x3` is four times 1."""
    words: list[str] = []
    for value, run in groupby(values, key=_spelled):
        times = len(list(run))
        if times <= _FEW:
            words += [value] * times
        else:
            words.append(f"_x{times}" if value == "_" else f"{value}x{times - 1}")
    return " ".join(words)


def _spelled(value: Value) -> str:
    if value is None:
        return "_"
    return f"{value:.3f}".rstrip("0").rstrip(".")
