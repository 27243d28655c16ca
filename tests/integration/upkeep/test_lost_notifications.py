"""Notifications that never came, or came while everybody else looked as well."""

import asyncio

import pytest

from catalog.domain.upload import UploadStatus
from tests.support.ledger import decisions
from tests.support.upkeep_site import Site
from tests.torture.upkeep_notifications import all_at_once, all_dropped


@pytest.mark.parametrize("by", ["bucket", "waiting", "reaper"])
async def test_every_upload_completes_though_all_notifications_are_dropped(
    site: Site, by: str
) -> None:
    uploads = await all_dropped(site, 50, by)
    assert {each.status for each in uploads} == {UploadStatus.COMPLETED}
    for upload in uploads:
        assert await site.events_of(upload) == ["video.upload.completed"]
    assert await site.without_object() == []


async def test_push_sweep_reaper_and_replay_at_once_are_one_transition(site: Site) -> None:
    uploads = await all_at_once(site, 50, seed=6)
    for upload in uploads:
        assert upload.status is UploadStatus.COMPLETED
        assert await site.events_of(upload) == ["video.upload.completed"]
        history = await site.ledger.history(upload.upload_id)
        assert decisions(history) == ["init:insert", "finalize:complete"]
    assert len(await site.ledger.videos()) == 50


async def test_two_sweeps_and_two_queues_of_two_replicas_share_the_work(site: Site) -> None:
    for _ in range(10):
        site.put(await site.upload())
        await site.upkeep.cancel(cancelled := await site.upload())
        site.put(cancelled)
    swept = await asyncio.gather(*(site.upkeep.sweep(page_size=5) for _ in range(2)))
    assert sorted(each.state for each in swept) == ["finished", "not_now"]
    deleted = await asyncio.gather(*(site.upkeep.delete(batch=5) for _ in range(4)))
    assert sum(each.tally["deleted"] for each in deleted) == 10
    assert len(site.emulator.requests.entries("delete")) == 10
