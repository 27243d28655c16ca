"""Seeds one bug after the other into copies of the tree, and runs the tests that must notice."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants.copies import copy
from tests.mutants.mutant import DoesNotApplyError, Mutant
from tests.mutants.verdict import Result, TestRun, Verdict, judged, read

OnResult = Callable[[Result], None]
_PYTEST = ("-P", "-m", "pytest", "-p", "tests.mutants.witness", "-q", "--rootdir=.")
_PLAIN = ("-p", "no:cacheprovider", "-p", "no:randomly", "--timeout=60")
_RUN_SECONDS = 300.0
_FAREWELL_SECONDS = 20.0


class UnsoundError(Exception):
    """The named tests fail on the tree as it is: that they fail on mutants proves nothing."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Works below `scratch`, which is its owner's to remove. The tree itself is only read."""

    root: Path
    files: Sequence[Path]
    """What of the tree is copied, relative to its root."""
    scratch: Path
    at_once: int = 2
    _clean: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_clean", self.scratch / "unchanged")

    async def check_unchanged(self, mutants: Sequence[Mutant]) -> None:
        """Show that the named tests pass on the tree as it is. Raises UnsoundError.

        It also leaves byte code behind for the copies to come.
        """
        await asyncio.to_thread(copy, self.root, self.files, self._clean)
        tests = sorted({test for mutant in mutants for test in mutant.tests})
        run = await self._run(self._clean, tests)
        passed = {each.test for each in run.seen if each.phase == "call" and not each.failed}
        if run.exit_code != 0 or passed != set(tests):
            raise UnsoundError(run.output)

    async def run(self, mutants: Sequence[Mutant], on_result: OnResult) -> Sequence[Result]:
        """Judge every mutant, some at a time; results are in the order of the mutants."""
        turns = asyncio.Semaphore(self.at_once)

        async def one(mutant: Mutant) -> Result:
            async with turns:
                result = await self._judge(mutant)
            on_result(result)
            return result

        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(one(mutant)) for mutant in mutants]
        return [task.result() for task in running]

    async def _judge(self, mutant: Mutant) -> Result:
        began, tree = time.monotonic(), self.scratch / mutant.name
        await asyncio.to_thread(copy, self._clean, self._with_byte_code(), tree)
        try:
            mutant.seed(tree)
            verdict, detail = judged(mutant, await self._run(tree, mutant.tests))
        except DoesNotApplyError as stale:
            verdict, detail = Verdict.NOT_APPLIED, str(stale)
        await asyncio.to_thread(shutil.rmtree, tree, ignore_errors=True)
        return Result(mutant, verdict, detail, time.monotonic() - began)

    def _with_byte_code(self) -> Sequence[Path]:
        """Name all that the unchanged copy holds by now: byte code is checked by time and size."""
        found = [path for path in self._clean.rglob("*") if path.is_file()]
        return [path.relative_to(self._clean) for path in found]

    async def _run(self, tree: Path, tests: Sequence[str]) -> TestRun:
        seen = tree.with_suffix(".seen")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *_PYTEST, f"--witness={seen}", *_PLAIN, *tests),
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C on a terminal reaches us alone; we pass it on and wait.
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_RUN_SECONDS):
                output, _ = await process.communicate()
        except TimeoutError:
            return TestRun(-signal.SIGALRM, read(seen), "took too long")
        finally:
            await _ended(process)
        assert process.returncode is not None
        return TestRun(process.returncode, read(seen), output.decode(errors="replace"))


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Let a run that is not over tidy up after itself; kill it when it does not."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(_FAREWELL_SECONDS):
            await process.communicate()
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
