"""ReportUploadProgress: a hint that moves an upload on, and never back."""

from dataclasses import replace

import pytest

from catalog.application.report_upload_progress import ReportUploadProgress
from catalog.domain.errors import InvalidRequestError, UploadNotFoundError
from catalog.domain.policies import MAX_REPORTED_COUNT, ProgressReport
from catalog.domain.upload import UploadStatus
from tests.support.builders import POLICY, a_user, an_upload
from tests.support.world import World
from tests.unit.application.owner_calls import cancel, report

FIELDS = [
    "bytes_persisted",
    "resume_count",
    "offset_mismatch_count",
    "precondition_failed_count",
]


async def test_the_first_report_moves_a_pending_upload_on(world: World) -> None:
    waiting = await world.waiting()
    after = await report(world, waiting)
    assert (after.status, after.bytes_reported) == (UploadStatus.UPLOADING, 0)
    assert after.version == waiting.version, "nobody decides on a report"
    assert await world.events_of(waiting) == []


async def test_bytes_reported_never_go_back(world: World) -> None:
    waiting = await world.waiting()
    said = [(await report(world, waiting, said)).bytes_reported for said in (10, 700, 300, 701)]
    assert said == [10, 700, 700, 701]


async def test_a_new_attempt_counts_from_zero(world: World) -> None:
    waiting = await world.waiting()
    await report(world, waiting, 700)
    await cancel(world, waiting)
    await world.init_again(waiting)
    assert (await world.now(waiting)).bytes_reported == 0
    assert (await report(world, waiting, 5)).bytes_reported == 5


@pytest.mark.parametrize("ending", ["failed", "completed", "cancelled"])
async def test_reports_on_an_upload_that_ended_are_ignored(world: World, ending: str) -> None:
    if ending == "cancelled":
        before = await cancel(world, await world.waiting())
    else:
        before = await (world.failed() if ending == "failed" else world.completed())
    after = await report(world, before, 700, count=3)
    assert replace(after, updated_at=before.updated_at) == before


async def test_an_unknown_and_a_foreign_upload_are_refused_alike(world: World) -> None:
    user = a_user()
    foreign = await world.waiting()
    refusals = []
    for upload in (an_upload(user_id=user), replace(foreign, user_id=user)):
        with pytest.raises(UploadNotFoundError) as refusal:
            await report(world, upload, 5)
        refusals.append((str(refusal.value), refusal.value.metadata))
    assert refusals[0] == refusals[1]
    assert await world.now(foreign) == foreign


async def named(world: World, upload_id: str, told: ProgressReport) -> list[str]:
    """The fields that a refusal names."""
    use_case = ReportUploadProgress(world.store, POLICY.max_size_bytes)
    with pytest.raises(InvalidRequestError) as refusal:
        await use_case(a_user(), upload_id, told)
    return [each.field for each in refusal.value.violations]


async def test_every_bad_field_is_named(world: World) -> None:
    too_much = ProgressReport(
        POLICY.max_size_bytes + 1, *[MAX_REPORTED_COUNT + 1] * 3
    )  # fmt: skip
    assert await named(world, "x", too_much) == ["upload_id", *FIELDS]
    assert await named(world, "", ProgressReport(-1, -1, -1, -1)) == ["upload_id", *FIELDS]


@pytest.mark.parametrize("field", FIELDS)
async def test_a_single_bad_field_is_named_alone(world: World, field: str) -> None:
    waiting = await world.waiting()
    told = replace(ProgressReport(0, 0, 0, 0), **{field: -1})
    assert await named(world, str(waiting.upload_id), told) == [field]


async def test_the_limits_themselves_are_fine(world: World) -> None:
    waiting = await world.waiting()
    after = await report(world, waiting, POLICY.max_size_bytes, MAX_REPORTED_COUNT)
    assert after.bytes_reported == POLICY.max_size_bytes
