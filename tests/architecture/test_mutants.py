"""Seeded bugs keep up with the product: each still applies, and who must notice is still there."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY, tree
from tests.mutants.mutant import Mutant
from tests.mutants.seeded import MUTANTS

AT_LEAST = 15
each_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=[each.name for each in MUTANTS])


def functions(body: list[ast.stmt], above: str = "") -> set[str]:
    """Name the functions of a module as node ids do."""
    names = set()
    for node in body:
        if isinstance(node, ast.ClassDef):
            names |= functions(node.body, f"{above}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(above + node.name)
    return names


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= AT_LEAST


@each_mutant
def test_every_replacement_applies_once_and_leaves_code_that_can_be_read(mutant: Mutant) -> None:
    changed = mutant.seeded(REPOSITORY)
    for file, text in changed.items():
        assert file.is_relative_to(REPOSITORY / "catalog")
        assert text != file.read_text("utf-8")
        if file.suffix == ".py":
            ast.parse(text)


@each_mutant
def test_every_named_test_is_there(mutant: Mutant) -> None:
    missing = []
    for test in mutant.tests:
        file, _, function = test.partition("::")
        there = functions(tree(REPOSITORY / Path(file)).body)
        if function.partition("[")[0] not in there:
            missing.append(test)
    assert mutant.tests
    assert missing == []
