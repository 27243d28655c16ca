"""One whole run, as it is kept: JSON that later runs are compared with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.noise import Noise
from bench.sample import Measured, Sample

FORMAT = 1


class UnreadableResultError(ValueError):
    """A file that is no result of ours, or one of another format."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured, where and how."""

    machine: Mapping[str, str]
    command: str
    seconds: float
    """Of one window."""
    rounds: int
    took_seconds: float
    noise: Noise
    samples: Sequence[Sample]

    def write(self, path: Path) -> None:
        """Replace the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n", "utf-8")


def read(path: Path) -> Result:
    """Raise UnreadableResultError, or OSError where there is no such file."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        if kept.pop("format") != FORMAT:
            raise UnreadableResultError(f"{path} is of another format than {FORMAT}")
        samples = [_sample(each) for each in kept.pop("samples")]
        return Result(samples=samples, noise=Noise(**kept.pop("noise")), **kept)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as fault:
        raise UnreadableResultError(f"{path} is no result of a run") from fault


def _sample(kept: dict[str, Any]) -> Sample:
    return Sample(kept["activity"], kept["round"], Measured(**kept["measured"]))
