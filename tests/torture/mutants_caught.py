"""Every seeded bug against its named tests: what the suite promises, it holds."""

import time
from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY
from tests.mutants.copies import tracked_files
from tests.mutants.runner import Runner
from tests.mutants.seeded import MUTANTS
from tests.mutants.verdict import Result, Verdict
from tests.torture.figures import Figures


def unnoticed(_result: Result) -> None:
    """Nobody watches."""


@pytest.mark.timeout(900)
async def test_every_seeded_bug_is_caught(figures: Figures, tmp_path: Path) -> None:
    began = time.monotonic()
    runner = Runner(REPOSITORY, tracked_files(REPOSITORY), tmp_path)
    await runner.check_unchanged(MUTANTS)
    results = await runner.run(MUTANTS, unnoticed)
    missed = {each.mutant.name: each.detail for each in results if each.verdict != Verdict.CAUGHT}
    assert missed == {}
    seconds = round(time.monotonic() - began)
    caught = len(results) - len(missed)
    figures.record(14, "seeded bugs caught", caught=caught, of=len(results), seconds=seconds)
