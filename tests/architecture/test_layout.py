"""Where files are and what they are called."""

import ast
import subprocess
import sys

import pytest

from tests.architecture.source import FOLDERS, GENERATED, PACKAGE, REPOSITORY, files, tree

BANNED = {"utils", "util", "common", "manager", "managers", "base", "impl", "helpers", "misc"}


def test_nothing_under_cmd_is_a_package() -> None:
    scripts = sorted((REPOSITORY / "cmd").rglob("*.py"))
    assert scripts != []
    assert {script.name for script in scripts} == {"main.py"}


def test_import_cmd_finds_the_standard_library_from_here() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import cmd, pdb; print(cmd.Cmd.__module__, cmd.__file__)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    name, file = found.stdout.split()
    assert name == "cmd"
    assert not file.startswith(str(REPOSITORY / "cmd"))


def test_every_folder_of_code_is_a_package_except_the_scripts() -> None:
    folders = {file.parent for file in files()} - {REPOSITORY / "tools", REPOSITORY / "bench"}
    assert [
        str(folder.relative_to(REPOSITORY))
        for folder in folders
        if not folder.is_relative_to(REPOSITORY / "cmd") and not (folder / "__init__.py").exists()
    ] == []


def test_tests_are_packages_at_every_level() -> None:
    root = REPOSITORY / "tests"
    levels = {level for file in root.rglob("*.py") for level in file.parents}
    assert [
        str(level)
        for level in levels
        if level.is_relative_to(root) and not (level / "__init__.py").exists()
    ] == []


def test_every_package_says_in_one_sentence_what_lives_there() -> None:
    packages = [path for path in files() if path.name == "__init__.py" and PACKAGE in path.parents]
    assert len(packages) > 10
    assert [str(path) for path in packages if not ast.get_docstring(tree(path))] == []


def test_every_module_opens_with_a_sentence() -> None:
    modules = [path for path in files() if path.name != "__init__.py"]
    assert [str(path) for path in modules if not ast.get_docstring(tree(path))] == []


def test_no_name_says_nothing() -> None:
    parts = {
        part for file in files() for part in file.relative_to(REPOSITORY).with_suffix("").parts
    }
    assert parts & BANNED == set()


@pytest.mark.parametrize("folder", FOLDERS[:4])
def test_generated_code_is_in_one_place(folder: str) -> None:
    generated = [
        path for path in (REPOSITORY / folder).rglob("*_pb2*.py*") if path.suffix != ".pyc"
    ]
    assert [path for path in generated if not path.is_relative_to(GENERATED)] == []
