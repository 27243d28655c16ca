"""Use cases with their figures: what counts as what."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.cancel_upload import CancelUpload
from catalog.application.finalize_upload import UNKNOWN_OBJECT, FinalizeOutcome
from catalog.application.init_resumable_upload import InitAnswer, InitCommand
from catalog.application.measured import (
    MeasuredCancel,
    MeasuredFinalize,
    MeasuredInit,
    MeasuredReport,
)
from catalog.application.metrics import uploads as figures
from catalog.application.metrics.pushes import REDELIVERIES
from catalog.application.records import Actor, Arrival
from catalog.domain.errors import (
    DatabaseUnavailableError,
    DeadlineExceededError,
    UploadNotFoundError,
    UploadsDisabledError,
)
from catalog.domain.policies import ProgressReport
from catalog.domain.upload import FailureCode
from catalog.domain.values import StoredObject
from tests.support.builders import a_raw_init, a_stored_object, a_user, init_facts
from tests.support.world import World

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def measures() -> MemoryMeasures:
    return MemoryMeasures()


async def _init(measures: MemoryMeasures, came: Any) -> None:
    async def use_case(_: InitCommand) -> InitAnswer:
        if isinstance(came, BaseException):
            raise came
        answer: InitAnswer = came
        return answer

    await MeasuredInit(use_case, measures)(InitCommand(a_user(), a_raw_init()))


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (UploadsDisabledError(), "disabled"),
        (DatabaseUnavailableError(), "failed"),
        (DeadlineExceededError(), "failed"),
        (KeyError("x"), "failed"),
        (asyncio.CancelledError(), "abandoned"),
    ],
    ids=["refused", "database", "deadline", "bug", "cancelled"],
)
async def test_a_call_that_raises_is_a_refusal_or_a_fault_of_ours_and_takes_time_too(
    measures: MemoryMeasures, fault: BaseException, result: str
) -> None:
    with pytest.raises(type(fault)):
        await _init(measures, fault)
    assert measures.count(figures.INIT_COUNT, result=result) == 1
    [took] = measures.recorded(figures.INIT_LATENCY)
    assert 0 <= took < 5


async def test_what_init_answers_is_counted_by_its_kind(
    world: World, measures: MemoryMeasures
) -> None:
    init = MeasuredInit(world.initializer(), measures)
    command = InitCommand(a_user(), a_raw_init())
    await init(command)
    await init(command)
    found = {each: measures.count(figures.INIT_COUNT, result=each) for each in ("new", "renewed")}
    assert found == {"new": 1, "renewed": 1}
    assert len(measures.recorded(figures.INIT_LATENCY)) == 2


async def _finalize(
    measures: MemoryMeasures, outcome: FinalizeOutcome, actor: Actor = "push"
) -> None:
    async def use_case(_: Arrival) -> FinalizeOutcome:
        return outcome

    arrival = Arrival(_stored(), actor, stored_at=NOW - timedelta(seconds=3))
    await MeasuredFinalize(use_case, measures, lambda: NOW)(arrival)


def _stored() -> StoredObject:
    return a_stored_object(init_facts())


async def test_a_completion_shows_how_late_it_is_and_what_differed(
    measures: MemoryMeasures,
) -> None:
    plain = FinalizeOutcome("completed")
    await _finalize(measures, plain)
    odd = replace(plain, size_differs=True, type_differs=True, video_created=True)
    await _finalize(measures, odd, "sweep")
    assert measures.recorded(figures.FINALIZE_LAG) == [3, 3]
    assert measures.count(figures.FINALIZE_COUNT, outcome="completed", actor="sweep") == 1
    assert measures.count(figures.DECLARATION_DIFFERS, field="size") == 1
    assert measures.count(figures.DECLARATION_DIFFERS, field="content_type") == 1
    assert measures.count(figures.VIDEO_CREATED_LATE) == 1


async def test_a_wrong_md5_counts_and_has_no_lag(measures: MemoryMeasures) -> None:
    await _finalize(measures, FinalizeOutcome("failed", refusal=FailureCode.MD5_MISMATCH))
    assert measures.count(figures.MD5_MISMATCH) == 1
    assert measures.recorded(figures.FINALIZE_LAG) == []


async def test_repeated_pushes_are_redeliveries_and_repeated_looks_are_not(
    measures: MemoryMeasures,
) -> None:
    for actor in ("push", "sweep", "reaper"):
        await _finalize(measures, FinalizeOutcome("duplicate"), actor)
    await _finalize(measures, FinalizeOutcome(UNKNOWN_OBJECT))
    assert measures.count(REDELIVERIES) == 1
    assert measures.count(figures.FINALIZE_COUNT, outcome=UNKNOWN_OBJECT, actor="push") == 1


async def test_a_finalize_that_raises_counts_nothing(measures: MemoryMeasures) -> None:
    async def use_case(_: Arrival) -> FinalizeOutcome:
        raise DatabaseUnavailableError

    with pytest.raises(DatabaseUnavailableError):
        await MeasuredFinalize(use_case, measures)(Arrival(_stored(), "push"))
    assert not measures.counts


async def test_troubles_count_as_clients_report_them(
    world: World, measures: MemoryMeasures
) -> None:
    upload = await world.waiting()

    async def use_case(*_: object) -> Any:
        return upload

    report = ProgressReport(
        bytes_persisted=0,
        resume_count=2,
        offset_mismatch_count=3,
        precondition_failed_count=4,
    )
    await MeasuredReport(use_case, measures)(upload.user_id, str(upload.upload_id), report)
    found = (figures.CHUNK_RESUMES, figures.OFFSET_MISMATCHES, figures.GENERATION_VIOLATIONS)
    assert [measures.count(each) for each in found] == [2, 3, 4]


async def test_only_cancels_that_were_carried_out_count(
    world: World, measures: MemoryMeasures
) -> None:
    upload = await world.waiting()
    cancel = MeasuredCancel(CancelUpload(world.store, JsonEvents()), measures)
    with pytest.raises(UploadNotFoundError):
        await cancel(a_user(), str(upload.upload_id))
    assert measures.count(figures.CANCELLED) == 0
    await cancel(upload.user_id, str(upload.upload_id))
    assert measures.count(figures.CANCELLED) == 1
