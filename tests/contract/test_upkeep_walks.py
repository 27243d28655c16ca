"""Walks: one at a time by name, resumed where the last one stopped."""

import uuid
from dataclasses import replace
from datetime import timedelta

from catalog.application.upkeep_records import LastSweep, SweepStart, SweepTurn
from tests.contract.subject import Subject

NAME = "bucket/catalog-uploads/report"
LEASE = timedelta(minutes=5)
NOW = timedelta(0)


def a_turn(position: str | None = None, **counts: int) -> SweepTurn:
    return SweepTurn(NAME, uuid.uuid4(), LEASE, position, counts)


async def begun(
    subject: Subject,
    turn: SweepTurn,
    *,
    lease: timedelta = LEASE,
    every: timedelta = NOW,
    restart: bool = False,
) -> SweepStart | None:
    async with subject.store.autocommit() as statements:
        return await statements.sweeps.begin(
            turn.name, turn.owner, lease=lease, every=every, restart=restart
        )


async def kept(subject: Subject, turn: SweepTurn) -> bool:
    async with subject.store.autocommit() as statements:
        return await statements.sweeps.keep(turn)


async def left(subject: Subject, turn: SweepTurn) -> None:
    async with subject.store.autocommit() as statements:
        await statements.sweeps.leave(turn)


async def finished(subject: Subject, turn: SweepTurn) -> None:
    async with subject.store.autocommit() as statements:
        await statements.sweeps.finish(turn, "finished")


async def sweeps(subject: Subject) -> list[LastSweep]:
    async with subject.store.autocommit() as statements:
        return list(await statements.upkeep_reports.sweeps())


async def test_the_first_walk_begins_at_the_start(subject: Subject) -> None:
    start = await begun(subject, a_turn())
    assert start is not None
    assert (start.position, start.counts) == (None, {})


async def test_only_one_walks_at_a_time(subject: Subject) -> None:
    assert await begun(subject, a_turn()) is not None
    assert await begun(subject, a_turn()) is None
    other = replace(a_turn(), name="waiting/repair")
    assert await begun(subject, other) is not None


async def test_a_lease_that_ended_is_anybodys(subject: Subject) -> None:
    first, second = a_turn(), a_turn()
    await begun(subject, first, lease=NOW)
    assert await begun(subject, second) is not None
    assert not await kept(subject, first)
    assert await kept(subject, second)


async def test_a_walk_that_was_left_is_resumed(subject: Subject) -> None:
    turn = a_turn("videos/7", objects=12, kept=11)
    first = await begun(subject, turn)
    await left(subject, turn)
    again = await begun(subject, a_turn())
    assert first is not None
    assert again == SweepStart("videos/7", {"objects": 12, "kept": 11}, first.started_at)


async def test_a_walk_that_died_is_resumed_where_it_was_last_heard_of(subject: Subject) -> None:
    turn = a_turn("videos/7", objects=12)
    await begun(subject, turn)
    assert await kept(subject, replace(turn, lease=NOW))
    again = await begun(subject, a_turn())
    assert again is not None
    assert (again.position, again.counts) == ("videos/7", {"objects": 12})


async def test_a_restart_forgets_where_it_stopped(subject: Subject) -> None:
    turn = a_turn("videos/7", objects=12)
    await begun(subject, turn)
    await left(subject, turn)
    again = await begun(subject, a_turn(), restart=True)
    assert again is not None
    assert (again.position, again.counts) == (None, {})


async def test_a_walk_that_ended_begins_anew_when_it_is_time(subject: Subject) -> None:
    turn = a_turn("videos/7", objects=12)
    await begun(subject, turn)
    await finished(subject, turn)
    assert await begun(subject, a_turn(), every=timedelta(hours=1)) is None
    again = await begun(subject, a_turn())
    assert again is not None
    assert (again.position, again.counts) == (None, {})


async def test_an_interrupted_walk_is_resumed_whatever_the_interval(subject: Subject) -> None:
    turn = a_turn("videos/7")
    await begun(subject, turn)
    await left(subject, turn)
    assert await begun(subject, a_turn(), every=timedelta(hours=1)) is not None


async def test_who_lost_a_walk_can_neither_leave_nor_finish_it(subject: Subject) -> None:
    lost, holder = a_turn("videos/1"), a_turn("videos/7", objects=3)
    await begun(subject, lost, lease=NOW)
    await begun(subject, holder)
    assert await kept(subject, holder)
    await left(subject, lost)
    await finished(subject, lost)
    [sweep] = await sweeps(subject)
    assert (sweep.under_way, sweep.position, sweep.counts) == (True, "videos/7", {"objects": 3})
    assert await begun(subject, a_turn()) is None


async def test_a_walk_that_ended_is_shown_with_its_counts(subject: Subject) -> None:
    turn = a_turn("videos/7", objects=12)
    await begun(subject, turn)
    await finished(subject, turn)
    [sweep] = await sweeps(subject)
    assert (sweep.name, sweep.under_way, sweep.position) == (NAME, False, None)
    assert (sweep.outcome, sweep.counts) == ("finished", {"objects": 12})
    assert sweep.finished_at is not None
    assert not await kept(subject, turn)


async def test_the_next_walk_keeps_the_end_of_the_last(subject: Subject) -> None:
    turn = a_turn()
    await begun(subject, turn)
    await finished(subject, turn)
    await begun(subject, a_turn())
    [sweep] = await sweeps(subject)
    assert (sweep.under_way, sweep.outcome) == (True, "finished")
    assert sweep.finished_at is not None
