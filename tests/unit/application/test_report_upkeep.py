"""What people are shown of upkeep."""

import json
from datetime import timedelta

import pytest

from catalog.application.report_upkeep import ReportUpkeep
from catalog.application.sweep_walk import SweepMode
from tests.support.world import World
from tests.unit.application.upkeep_over_memory import OVER, put_orphan, upkeep


async def test_a_report_is_one_picture_in_plain_json(world: World) -> None:
    failed, lost = await world.failed(), await world.completed()
    orphan = put_orphan(world)
    del world.objects.live[lost.ref]
    await upkeep(world).sweep(SweepMode.REPORT)
    await upkeep(world).sweep_completed()
    await world.waiting()
    world.clock.advance(OVER)
    report = (await ReportUpkeep(world.store, timedelta(minutes=15))()).as_json()
    assert json.loads(json.dumps(report)) == report
    assert report["backlog"]["sessions_due"] == 1
    assert report["backlog"]["findings"] == {"orphan": 1, "gone": 1}
    [deletion] = report["open_deletions"]
    assert (deletion["object"], deletion["reason"]) == (failed.ref.uri, "MD5_MISMATCH")
    assert {(each["kind"], each["object"], each["upload_id"]) for each in report["findings"]} == {
        ("orphan", orphan.ref.uri, None),
        ("gone", lost.ref.uri, str(lost.upload_id)),
    }
    names = [(each["name"], each["outcome"]) for each in report["sweeps"]]
    assert names == [("bucket/catalog-uploads/report", "finished"), ("completed", "finished")]
    counts = report["sweeps"][0]["counts"]
    assert counts["skipped"] == {"deletion_queued": 1, "orphan": 1}
    assert (counts["kept"], counts["completed"], counts["deleted"]) == (0, 0, 0)
    assert (report["next_after"], report["more_deletions"]) == ({}, False)


async def test_findings_are_read_page_by_page(world: World) -> None:
    refs = sorted((put_orphan(world).ref for _ in range(5)), key=lambda ref: ref.name)
    await upkeep(world).sweep(SweepMode.REPORT)
    listing = ReportUpkeep(world.store, timedelta(0))
    first = (await listing(limit=2)).as_json()
    assert [each["object"] for each in first["findings"]] == [ref.uri for ref in refs[:2]]
    key = first["next_after"]["orphan"]
    assert key == first["findings"][-1]["key"]
    rest = await listing.findings("orphan", key, limit=10)
    assert [each.finding.ref for each in rest] == refs[2:]
    assert await listing.findings("gone", None, limit=10) == []


@pytest.mark.parametrize("key", ["x", "bucket/name", "bucket/name#", "/name#1", "bucket/#1", "b#1"])
async def test_what_is_no_key_is_refused(world: World, key: str) -> None:
    with pytest.raises(ValueError, match=key):
        await ReportUpkeep(world.store, timedelta(0)).findings("orphan", key, limit=1)


async def test_open_deletions_beyond_the_limit_are_not_kept_quiet(world: World) -> None:
    for _ in range(3):
        await world.failed()
    listing = ReportUpkeep(world.store, timedelta(0))
    assert (await listing(limit=2)).more_deletions
    assert not (await listing(limit=3)).more_deletions


async def test_nothing_to_report_is_a_report(world: World) -> None:
    report = (await ReportUpkeep(world.store, timedelta(0))()).as_json()
    assert report["backlog"]["oldest_deletion_at"] is None
    assert report["findings"] == report["sweeps"] == report["open_deletions"] == []
