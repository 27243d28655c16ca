"""Any order of calls, news, time, upkeep and broken lines: the system does as the model says.

A call whose line broke is repeated, so it took place once or twice; the model must agree
with one of the two, and with all that is kept.
"""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.integration.model.draws import CUTS, FILES, FILMS, KINDS, SPANS, TASKS, TITLES
from tests.integration.model.rules import DAY, Kind
from tests.integration.model.settled import assert_settled
from tests.integration.model.site import Site
from tests.integration.model.stage import Stage
from tests.integration.model.upkeep import Model
from tests.integration.model.views import differences, expected, seen
from tests.support.proxy import Cut

Doing = Callable[[], Awaitable[str]]


class Machine(RuleBasedStateMachine):
    def __init__(self, site: Site) -> None:
        super().__init__()
        site.empty()
        self.stage, self.model, self.broken = Stage(site), Model(), False

    def _act(self, real: Doing, move: Callable[[Model], str], cut: Cut | None = None) -> None:
        """Do both and hold them against each other."""
        self.broken = True
        answer, struck = self.stage.site.act(real, cut)
        now, apart = seen(self.stage), []
        for times in (1, 2) if struck else (1,):
            model = deepcopy(self.model) if struck else self.model
            said = [move(model) for _ in range(times)][-1]
            apart.append(differences(expected(model), now))
            if said != answer:
                apart[-1]["answer"] = (said, answer)
            if not apart[-1]:
                self.model, self.broken = model, False
                return
        raise AssertionError(f"(model, system): {apart}")

    @initialize(title=TITLES)
    def begin(self, title: str) -> None:
        """Little happens to a file before somebody announces it."""
        for file in "ab":
            self.init(file, title, None, None)

    @rule(file=FILES, title=TITLES, cut=CUTS)
    def init_again(self, file: str, title: str, cut: Cut | None) -> None:
        self.init(file, title, None, cut)

    @precondition(lambda self: self.stage.films)
    @rule(file=FILES, title=TITLES, film=FILMS, cut=CUTS)
    def init(self, file: str, title: str, film: int | None, cut: Cut | None) -> None:
        chosen = film if film is not None and film < len(self.stage.films) else None
        number = None if chosen is None else self._film(chosen)
        name = None if chosen is None else list(self.stage.films)[chosen]
        self._act(
            lambda: self.stage.init(file, title, name),
            lambda model: model.init(file, title, number),
            cut,
        )

    def _film(self, chosen: int) -> int:
        title = list(self.stage.films)[chosen]
        return next(i for i, each in enumerate(self.model.films) if each.title == title)

    @precondition(lambda self: len(self.stage.films) < 2)
    @rule(cut=CUTS)
    def create_film(self, cut: Cut | None) -> None:
        title = f"film {len(self.stage.films)}"
        self._act(
            lambda: self.stage.create_film(title), lambda model: model.create_film(title), cut
        )

    @precondition(lambda self: self.stage.films)
    @rule()
    def withdraw_film(self) -> None:
        title = list(self.stage.films)[-1]

        async def real() -> str:
            await self.stage.withdraw(title)
            return "done"

        def move(model: Model) -> str:
            model.withdraw(self._film(len(self.stage.films) - 1))
            return "done"

        self._act(real, move)

    @rule(file=FILES, size=st.integers(1, 5), cut=CUTS)
    def progress(self, file: str, size: int, cut: Cut | None) -> None:
        if file in self.model.uploads:
            name = self.model.uploads[file].name
            self._act(
                lambda: self.stage.progress(name, size),
                lambda model: model.progress(file, size),
                cut,
            )

    @rule(file=FILES, cut=CUTS)
    def cancel(self, file: str, cut: Cut | None) -> None:
        if file in self.model.uploads:
            name = self.model.uploads[file].name
            self._act(lambda: self.stage.cancel(name), lambda model: model.cancel(file), cut)

    @rule(file=FILES, kind=KINDS)
    def finish_session(self, file: str, kind: Kind) -> None:
        """The last chunk of any session there may be; 412 while something is there."""
        generation = self.model.put(file, kind)
        if generation is not None:
            self.stage.put(file, generation, kind)

    @rule(file=FILES, kind=KINDS, cut=CUTS)
    def finish_session_and_notify(self, file: str, kind: Kind, cut: Cut | None) -> None:
        self.finish_session(file, kind)
        self._hear(self.model.live[file], cut)

    @rule(file=FILES, cut=CUTS)
    def upload(self, file: str, cut: Cut | None) -> None:
        """All of it as it goes nearly always."""
        self.init(file, "one.mp4", None, None)
        self.finish_session_and_notify(file, "right", cut)

    @precondition(lambda self: self.model.things)
    @rule(back=st.integers(0, 3), cut=CUTS)
    def deliver(self, back: int, cut: Cut | None) -> None:
        """News of the newest object or an older one: late, again, with a fresh message id."""
        oldest = self.model.now - 31 * DAY
        kept = [each for each, thing in self.model.things.items() if thing.since > oldest]
        if kept:
            self._hear(kept[-1 - back % len(kept)], cut)

    def _hear(self, generation: int, cut: Cut | None) -> None:
        self._act(lambda: self.stage.hear(generation), lambda model: model.hear(generation), cut)

    @rule(span=SPANS)
    def pass_time(self, span: int) -> None:
        self.stage.grow_older(span)
        self.model.now += span

    @rule(task=TASKS, cut=CUTS)
    def upkeep(self, task: str, cut: Cut | None) -> None:
        match task:
            case "sweep bucket" | "delete orphans":
                orphans = task == "delete orphans"
                self._act(
                    lambda: self.stage.sweep(orphans=orphans),
                    lambda model: model.sweep(orphans=orphans),
                    cut,
                )
            case "reap":
                self._act(self.stage.reap, Model.reap, cut)
            case "sweep waiting":
                self._act(self.stage.sweep_waiting, Model.sweep_waiting, cut)
            case "delete":
                self._act(self.stage.work_off, Model.work_off, cut)
            case "prune":
                self._act(self.stage.prune, Model.prune, cut)

    @rule(cut=CUTS)
    def expire(self, cut: Cut | None) -> None:
        """Sessions end, and the reaper comes."""
        self.pass_time(8 * DAY)
        self.upkeep("reap", cut)

    @rule(file=FILES, kind=KINDS, expires=st.booleans(), cut=CUTS)
    def finish_too_late(self, file: str, kind: Kind, expires: bool, cut: Cut | None) -> None:
        """The phone goes on after the upload was given up, by the clock or by its owner."""
        if expires:
            self.expire(None)
        else:
            self.cancel(file, None)
        self.finish_session_and_notify(file, kind, cut)

    @rule(file=FILES, kind=KINDS, cut=CUTS)
    def outlive(self, file: str, kind: Kind, cut: Cut | None) -> None:
        """News come when their object has had to go already."""
        self.finish_session(file, kind)
        generation = self.model.live[file]
        self.cancel(file, None)
        self.init(file, "two.mp4", None, cut)
        self._hear(generation, None)

    @precondition(lambda self: self.model.inbox)
    @rule(back=st.integers(0, 3), cut=CUTS)
    def repeat_after_the_inbox(self, back: int, cut: Cut | None) -> None:
        """The inbox goes before its time: it must not be the last word on anything."""
        self.stage.site.runner.run(self.stage.world.ledger.forget_inbox())
        self.model.forget_inbox()
        self.deliver(back, cut)

    @precondition(lambda self: any(each.published is None for each in self.model.events))
    @rule(cut=CUTS)
    def relay(self, cut: Cut | None) -> None:
        self._act(self.stage.relay, Model.relay, cut)

    @precondition(lambda self: self.model.live)
    @rule(cut=CUTS)
    def lose_and_forget(self, cut: Cut | None) -> None:
        """Somebody deletes an object by hand; the operator forgets what it completed."""
        file = min(self.model.live)
        self.stage.objects.live.pop(self.stage.ref(file))
        self.model.lose(file)
        if file in self.model.uploads:
            name = self.model.uploads[file].name
            self._act(lambda: self.stage.forget(name), lambda model: model.forget(name), cut)

    def teardown(self) -> None:
        if not self.broken:
            for task in ("sweep bucket", "sweep waiting", "delete"):
                self.upkeep(task, None)
            assert_settled(self.stage, self.model)


def run(site: Site, *, examples: int, steps: int, **chosen: Any) -> None:
    """Try so many examples of so many steps. Raises what the smallest failing one raises."""
    run_state_machine_as_test(
        lambda: Machine(site),  # type: ignore[arg-type] # any factory will do, by its docstring
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **chosen,
        ),
    )
