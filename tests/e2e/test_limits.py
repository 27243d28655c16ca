"""The limits of the settings hold in the whole service."""

import grpc
import pytest

from catalog.devstack.postgres import Cluster
from tests.e2e.person import an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sites import fresh_site

BURST = 5


async def test_one_user_who_asks_too_often_is_told_to_wait_and_no_other_is_hurt(
    template: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    limits = {"user_calls_per_second": 0.01, "user_burst": BURST}
    folder = tmp_path_factory.mktemp("gcs")
    async with fresh_site(template, folder, {"limits": limits}) as site:
        greedy, modest = site.person(), site.person()
        for _ in range(BURST):
            await greedy.init(an_md5())
        refused = await refusal(greedy.init(an_md5()))
        served = await modest.init(an_md5())
    assert (refused.code, refused.reason) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "RATE_LIMITED",
    )
    assert refused.retry_seconds is not None
    assert 50 < refused.retry_seconds <= 100
    assert served.upload_id
