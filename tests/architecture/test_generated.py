"""catalog/api is what proto/ generates today, and everybody can see that it is generated."""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import GENERATED, REPOSITORY


def test_generated_code_is_current() -> None:
    tools = str(Path(sys.executable).parent)
    done = subprocess.run(
        [sys.executable, "tools/generated_is_current.py"],
        cwd=REPOSITORY,
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_generated_code_is_marked_as_such() -> None:
    marks = (REPOSITORY / ".gitattributes").read_text().split("\n")
    assert [mark for mark in marks if "catalog/api" in mark and "linguist-generated" in mark] != []
    assert list(GENERATED.rglob("*_pb2.pyi")) != []
