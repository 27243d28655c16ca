"""A page of the bucket's sweep: a thousand names looked up in one query."""

import random
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench.grown.model import some
from bench.grown.sites import Site, Sites
from bench.growth.pairs import MOST, Pair
from bench.items import BUCKET, CONTENT_TYPE, SIZE_BYTES
from bench.sample import P50, Measured, latencies_of
from bench.stage import Stage
from catalog.application.upkeep_records import ListedObject, SweepTurn
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject

_PAGES, _NAMES = 20, 1_000
_LEASE = timedelta(minutes=5)
_NEXT = """
SELECT object_name, coalesce(gcs_generation, '1')::bigint AS generation, content_md5
FROM catalog.uploads WHERE bucket = $1 AND object_name > $2 ORDER BY object_name LIMIT $3
"""
Page = Sequence[ListedObject]


async def _measure(_stage: Stage, sites: Sites, _seconds: float) -> tuple[Measured, Measured]:
    both = (sites.small, sites.large)
    pages = {site.rows: [await _page(site) for _ in range(_PAGES)] for site in both}
    turns = {site.rows: await _begun(site) for site in both}
    took: dict[int, list[float]] = {site.rows: [] for site in both}
    for number in range(_PAGES):
        for site in random.sample(both, 2):
            seconds = await _looked_up(site, turns[site.rows], pages[site.rows][number])
            took[site.rows].append(seconds)
    small, large = (_measured(took[site.rows]) for site in both)
    return small, large


def _measured(took: Sequence[float]) -> Measured:
    return Measured(len(took), sum(took), latencies=latencies_of(took))


async def _page(site: Site) -> Page:
    """Give names that follow each other, beginning anywhere."""
    anywhere = f"videos/{some(site.rows, 1)[0].user}"
    rows = await site.database.fetch(_NEXT, BUCKET, anywhere, _NAMES)
    if len(rows) < _NAMES:
        rows = await site.database.fetch(_NEXT, BUCKET, "", _NAMES)
    at = datetime.now(UTC)
    return [
        ListedObject(
            StoredObject(
                ObjectRef(BUCKET, row["object_name"]),
                Generation(row["generation"]),
                SIZE_BYTES,
                Md5(row["content_md5"]),
                "yZRlqg==",
                "CJ+x",
                CONTENT_TYPE,
            ),
            at,
        )
        for row in rows
    ]


async def _begun(site: Site) -> SweepTurn:
    name, owner = f"measured/{uuid.uuid4()}", uuid.uuid4()
    async with site.store.autocommit() as statements:
        await statements.sweeps.begin(name, owner, lease=_LEASE, every=timedelta(0), restart=True)
    return SweepTurn(name, owner, _LEASE, None, {})


async def _looked_up(site: Site, turn: SweepTurn, page: Page) -> float:
    began = time.perf_counter()
    async with site.store.autocommit() as statements:
        known = await statements.sweeps.look_up(turn, BUCKET, page)
    took = time.perf_counter() - began
    assert known is not None, "the walk is somebody else's"
    assert all(each.upload_id for each in known.known), "a name has no upload"
    return took


SWEEP = Pair(
    "sweep_page",
    "one page of 1,000 names",
    _measure,
    P50,
    f"a page with a million uploads <= {MOST:g} x one with ten thousand (p50)",
)
