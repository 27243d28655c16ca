"""The hand-written code: its files, and what is defined in them."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "catalog"
GENERATED = PACKAGE / "api"
FOLDERS = ("catalog", "cmd", "tests", "tools", "bench")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method and how many lines it takes, decorators aside."""

    file: Path
    name: str
    lines: int

    def __str__(self) -> str:
        return f"{self.file.relative_to(REPOSITORY)}: {self.name} has {self.lines} lines"


@cache
def files() -> Sequence[Path]:
    """Every hand-written Python file."""
    found = [path for name in FOLDERS for path in (REPOSITORY / name).rglob("*.py")]
    return sorted(path for path in found if not path.is_relative_to(GENERATED))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


@cache
def functions() -> Sequence[Function]:
    """All of them, nested ones too."""
    return list(_functions())


def _functions() -> Iterator[Function]:
    for file in files():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Function(file, node.name, (node.end_lineno or 0) - node.lineno + 1)


def module(file: Path) -> str:
    """Its dotted name."""
    parts = file.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
