"""What people are shown of upkeep."""

import json
from datetime import timedelta

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
    assert report["sweeps"][0]["counts"]["skipped"] == {"deletion_queued": 1, "orphan": 1}


async def test_nothing_to_report_is_a_report(world: World) -> None:
    report = (await ReportUpkeep(world.store, timedelta(0))()).as_json()
    assert report["backlog"]["oldest_deletion_at"] is None
    assert report["findings"] == report["sweeps"] == report["open_deletions"] == []
