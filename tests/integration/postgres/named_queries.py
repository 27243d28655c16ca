"""The named queries, and which method uses which, as the source code has it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.adapters.postgres import queries

ADAPTER = Path(queries.__file__).parent
FRAGMENTS = "fragments.sql"


def files() -> list[str]:
    """Name the files that hold queries."""
    return sorted(path.name for path in (ADAPTER / "sql").glob("*.sql") if path.name != FRAGMENTS)


def every_query() -> dict[str, queries.Query]:
    """Compile them all; names are unique over all files."""
    found: dict[str, queries.Query] = {}
    for file in files():
        for name, query in queries.load(file).items():
            assert name not in found, f"{name} is there twice"
            found[name] = query
    return found


@dataclass(frozen=True, slots=True)
class Use:
    """A method of a repository names a query."""

    file: str
    query: str
    method: str


def every_use() -> list[Use]:
    """Find every `_SQL["name"]` in the adapter's source."""
    return [use for path in sorted(ADAPTER.glob("*.py")) for use in _uses(path)]


def repository_methods() -> list[str]:
    """Name the public methods of the classes that have queries to run."""
    return [
        f"{owner.name}.{method.name}"
        for path in sorted(ADAPTER.glob("*.py"))
        if _file_of(tree := ast.parse(path.read_text())) is not None
        for owner in tree.body
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.AsyncFunctionDef) and not method.name.startswith("_")
    ]


def _uses(path: Path) -> Iterator[Use]:
    tree = ast.parse(path.read_text())
    file = _file_of(tree)
    for owner in tree.body:
        for function in ast.walk(owner):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                name = getattr(owner, "name", path.stem)
                for query in _named_in(function):
                    yield Use(file or "", query, f"{name}.{function.name}")


def _named_in(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "_SQL":
            yield ast.literal_eval(node.slice)


def _file_of(tree: ast.Module) -> str | None:
    """Find the module's `_SQL = load("...")`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_SQL":
            assert isinstance(node.value, ast.Call)
            return str(ast.literal_eval(node.value.args[0]))
    return None
