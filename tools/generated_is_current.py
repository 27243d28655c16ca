"""Fails when catalog/api is not what proto/ generates today."""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

GENERATED = Path("catalog/api")


def generated_into(folder: Path) -> None:
    """Generate into `folder`; raises CalledProcessError when buf fails."""
    subprocess.run(["buf", "generate", "--output", str(folder)], check=True, timeout=120)


def differences(fresh: Path, committed: Path) -> list[str]:
    """Name the generated files that differ, are missing or are left over."""
    names = {path.relative_to(fresh) for path in fresh.rglob("*_pb2*.py*")}
    present = {path.relative_to(committed) for path in committed.rglob("*_pb2*.py*")}
    present = {name for name in present if "__pycache__" not in name.parts}
    changed = {
        name
        for name in names & present
        if not filecmp.cmp(fresh / name, committed / name, shallow=False)
    }
    return sorted(str(name) for name in changed | (names ^ present))


def main() -> int:
    """Compare and say what to do."""
    with tempfile.TemporaryDirectory() as scratch:
        generated_into(Path(scratch))
        stale = differences(Path(scratch) / GENERATED, GENERATED)
    for name in stale:
        print(f"{GENERATED / name}: not what proto/ generates; run `make proto`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
