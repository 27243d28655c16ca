"""Mutants of a small tree of its own: who is caught, who survives, and who proves nothing."""

import inspect
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.mutants import __main__ as command
from tests.mutants import report, witness
from tests.mutants.mutant import DoesNotApplyError, Edit, Mutant
from tests.mutants.runner import Runner, UnsoundError
from tests.mutants.verdict import Result, Seen, TestRun, Verdict, judged

SUM = "return a + b"
TREE = {
    "catalog/__init__.py": "",
    "catalog/sums.py": f"def add(a, b):\n    {SUM}\n",
    "tests/__init__.py": "",
    "tests/mutants/__init__.py": "",
    "tests/mutants/witness.py": inspect.getsource(witness),
    "tests/test_sums.py": (
        "from catalog.sums import add\n"
        "def test_two_and_one(): assert add(2, 1) == 3\n"
        "def test_two_and_nothing(): assert add(2, 0) == 2\n"
    ),
}
STRICT, LAX = "tests/test_sums.py::test_two_and_one", "tests/test_sums.py::test_two_and_nothing"


def mutant(name: str, new: str, *tests: str, old: str = SUM) -> Mutant:
    return Mutant(
        name, "It adds up to something else.", (Edit("catalog/sums.py", old, new),), tests
    )


CAUGHT = mutant("caught", "return a - b", STRICT)
SURVIVOR = mutant("survivor", "return a - b", STRICT, LAX)
GONE = mutant("gone", "return 0", STRICT, old="return a * b")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "tree"


def runner(tree: Path, names: Sequence[str] = tuple(TREE)) -> Runner:
    return Runner(tree, [Path(name) for name in names], tree.parent / "scratch")


async def test_a_mutant_is_caught_only_by_all_its_tests(
    tree: Path,
) -> None:
    running, told = runner(tree), list[Result]()
    mutants = [CAUGHT, SURVIVOR, GONE]
    await running.check_unchanged(mutants)
    results = await running.run(mutants, told.append)
    assert [(each.mutant, each.verdict, each.detail) for each in results] == [
        (CAUGHT, Verdict.CAUGHT, "AssertionError"),
        (SURVIVOR, Verdict.SURVIVED, "not noticed by test_two_and_nothing"),
        (GONE, Verdict.NOT_APPLIED, "catalog/sums.py has 0 times, not once: return a * b"),
    ]
    assert {each.mutant.name for each in told} == {each.name for each in mutants}
    assert (tree / "catalog/sums.py").read_text() == TREE["catalog/sums.py"]


async def test_tests_that_fail_without_a_mutant_prove_nothing(tree: Path) -> None:
    (tree / "catalog/sums.py").write_text("def add(a, b):\n    return a + b + 1\n")
    with pytest.raises(UnsoundError, match="1 failed"):
        await runner(tree).check_unchanged([CAUGHT])


async def test_the_product_of_another_tree_is_not_judged(tree: Path) -> None:
    without = [name for name in TREE if not name.startswith("catalog/")]
    with pytest.raises(UnsoundError, match="not from this copy"):
        await runner(tree, without).check_unchanged([CAUGHT])


@pytest.mark.parametrize(
    ("exit_code", "phase", "fault", "verdict"),
    [
        (1, "call", "AssertionError", Verdict.CAUGHT),
        (1, "call", "NameError", Verdict.BROKEN),
        (1, "setup", "AssertionError", Verdict.BROKEN),
        (2, "call", "AssertionError", Verdict.BROKEN),
        (4, "", "", Verdict.BROKEN),
        (-14, "", "", Verdict.BROKEN),
        (0, "", "", Verdict.SURVIVED),
    ],
)
def test_only_a_failed_assertion_of_the_test_itself_proves_anything(
    exit_code: int, phase: str, fault: str, verdict: Verdict
) -> None:
    seen = [Seen(STRICT, phase, True, fault == "AssertionError", fault)] if phase else []
    assert judged(CAUGHT, TestRun(exit_code, seen, ""))[0] is verdict


def test_an_assertion_counts_out_of_a_task_group_and_a_timeout_does_not() -> None:
    failed, late = AssertionError(), pytest.fail.Exception("Timeout (>60.0s) from pytest-timeout.")
    assert witness.is_assertion(ExceptionGroup("tasks", [KeyError(), failed]))
    assert witness.is_assertion(pytest.fail.Exception("DID NOT RAISE"))
    assert not witness.is_assertion(late)
    assert not witness.is_assertion(ExceptionGroup("tasks", [KeyError()]))


def result(verdict: Verdict) -> Result:
    return Result(CAUGHT, verdict, "why", 1.0)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_anything_but_caught_ends_non_zero(verdict: Verdict) -> None:
    results = [result(Verdict.CAUGHT), result(verdict)]
    assert report.exit_code(results) == (0 if verdict is Verdict.CAUGHT else 1)


def test_an_outcome_is_the_same_for_people_and_programs() -> None:
    results = [result(Verdict.CAUGHT), result(Verdict.SURVIVED)]
    told = json.loads(report.as_json(results, 2.0))
    assert (told["caught"], told["of"], told["seconds"]) == (1, 2, 2.0)
    assert [each["verdict"] for each in told["mutants"]] == ["caught", "survived"]
    assert report.summary(results, 2.0) == "1 of 2 seeded bugs caught in 2 s"
    assert report.table(results).row_count == 2


def test_a_text_that_is_there_twice_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/sums.py").write_text(f"{SUM}\n{SUM}\n")
    with pytest.raises(DoesNotApplyError, match="2 times"):
        CAUGHT.seed(tmp_path)
    assert (tmp_path / "catalog/sums.py").read_text() == f"{SUM}\n{SUM}\n"


def test_a_name_of_no_mutant_is_told_with_those_there_are() -> None:
    app = typer.Typer()
    app.command()(command.main)
    said = CliRunner().invoke(app, ["no-such"])
    assert said.exit_code == 2
    assert "cursor-by-id" in said.output
