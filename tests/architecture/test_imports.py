"""Which code may know which."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import PACKAGE, REPOSITORY, files, module, tree

READ_THE_ENVIRONMENT = (
    "catalog.cli",
    "catalog.runtime.config",
    # These hand it to processes they start.
    "catalog.runtime.migrations",
    "catalog.devstack.phone",
    "catalog.devstack.process",
)


def test_the_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache"],
        cwd=REPOSITORY,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout
    assert "5 kept, 0 broken" in done.stdout


def _reads_the_environment(file: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        for node in ast.walk(tree(file))
    )


def test_only_settings_and_command_line_read_the_environment() -> None:
    readers = {
        module(file) for file in files() if PACKAGE in file.parents and _reads_the_environment(file)
    }
    assert [name for name in readers if not name.startswith(READ_THE_ENVIRONMENT)] == []
    assert "catalog.runtime.config" in readers
