"""Where the parts of a local stack answer, and the file that tells other programs."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses of a running stack."""

    grpc: str
    http: str
    metrics: str
    gcs: str
    pubsub: str
    certs_url: str
    bucket: str
    dsn: str = field(repr=False)
    """A secret: only the file, readable by its owner alone, holds it."""

    def shown(self) -> dict[str, str]:
        """Everything that may be printed."""
        return {name: value for name, value in asdict(self).items() if name != "dsn"}

    def write(self, path: Path) -> None:
        """Replace the file in one step, mode 0600."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)
        fresh.replace(path)

    def remove(self, path: Path) -> None:
        """Remove the file, unless another stack has written its own meanwhile."""
        with contextlib.suppress(OSError, ValueError):
            if json.loads(path.read_text("utf-8")) == asdict(self):
                path.unlink()
