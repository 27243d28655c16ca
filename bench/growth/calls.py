"""Calls and pushes, at both sizes at once and at a steady pace."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.grown.model import Grown, fresh
from bench.grown.sites import Site, Sites
from bench.growth.pairs import MOST, Pair
from bench.items import BUCKET, CONTENT_TYPE, SIZE_BYTES
from bench.sample import P99, Measured
from bench.stage import Stage, measured

WARM_SECONDS = 1.0
_WINDOWS = 3.0
"""A p99 takes more answers than a median: so many times the seconds of other windows."""
_TOLD = f"p99 with a million uploads <= {MOST:g} x that with ten thousand"
_MADE = """
SELECT count(*) FROM unnest($1::uuid[], $2::text[]) AS asked (user_id, md5)
JOIN catalog.uploads AS u ON u.user_id = asked.user_id AND u.content_md5 = asked.md5
WHERE u.status = $3
"""
_COLUMNS = (
    *("upload_id", "user_id", "bucket", "object_name", "original_filename", "content_type"),
    *("expected_size", "content_md5", "session_expires_at"),
)
Measure = Callable[[Stage, Sites, float], Awaitable[tuple[Measured, Measured]]]


def _calling(kind: str, rate: float) -> Measure:
    async def measure(stage: Stage, sites: Sites, seconds: float) -> tuple[Measured, Measured]:
        tag = stage.fresh_tag(f"grown_{kind}")
        told = await _asked(stage, sites, "paced_calls", seconds, rate, kind=kind, tag=tag)
        checked = "pending" if kind == "new" else ""
        return await _both(sites, told, tag, checked)

    return measure


def _pushing(kind: str, rate: float) -> Measure:
    async def measure(stage: Stage, sites: Sites, seconds: float) -> tuple[Measured, Measured]:
        tag = stage.fresh_tag(f"grown_{kind}")
        if kind == "new":
            for site in (sites.small, sites.large):
                count = round(rate * (seconds * _WINDOWS + WARM_SECONDS) * 1.1) + 10
                await make_waiting(site, fresh(tag, site.rows, count), timedelta(days=7))
        more = {"kind": kind, "tag": tag, "token": stage.token}
        told = await _asked(stage, sites, "paced_pushes", seconds, rate, **more)
        return await _both(sites, told, tag, "completed" if kind == "new" else "")

    return measure


async def make_waiting(site: Site, items: Sequence[Grown], deadline: timedelta) -> None:
    """Make uploads whose sessions end so long from now, the latest rows of all."""
    at = datetime.now(UTC) + deadline
    await site.database.copy_records_to_table(
        "uploads",
        schema_name="catalog",
        columns=_COLUMNS,
        records=[
            (
                *(item.upload_id, item.user, BUCKET, item.object_name, f"{item.tag}.mp4"),
                *(CONTENT_TYPE, SIZE_BYTES, item.md5_hex, at),
            )
            for item in items
        ],
    )


async def _asked(
    stage: Stage, sites: Sites, job: str, seconds: float, rate: float, **more: object
) -> Sequence[Mapping[str, Any]]:
    targets = [
        {
            "rows": site.rows,
            "port": site.service.http_port if job == "paced_pushes" else site.service.grpc_port,
            "server": site.service.process.pid,
        }
        for site in (sites.small, sites.large)
    ]
    told = await stage.asking.do(
        job,
        targets=targets,
        rate=rate,
        seconds=seconds * _WINDOWS,
        warm_seconds=WARM_SECONDS,
        **more,
    )
    both: Sequence[Mapping[str, Any]] = told["both"]
    return both


async def _both(
    sites: Sites, told: Sequence[Mapping[str, Any]], tag: str, checked: str
) -> tuple[Measured, Measured]:
    """Read what was told; where rows had to come of it, miss none."""
    small, large = [
        measured(each, errors=await _missing(site, tag, each, checked) if checked else 0)
        for site, each in zip((sites.small, sites.large), told, strict=True)
    ]
    return small, large


async def _missing(site: Site, tag: str, told: Mapping[str, Any], status: str) -> int:
    items = fresh(tag, site.rows, told["total"])
    keys = [item.user for item in items], [item.md5_hex for item in items]
    found = await site.database.fetchval(_MADE, *keys, status)
    return abs(int(told["total"] - told["errors"] - found))


def _pair(name: str, says: str, measure: Measure) -> Pair:
    return Pair(name, says, measure, P99, _TOLD)


CALLS: Sequence[Pair] = (
    _pair("init_new", "Init of new contents, 40/s", _calling("new", 40)),
    _pair("init_repeated", "Init of uploads that wait, 40/s", _calling("repeated", 40)),
    _pair("init_completed", "Init of completed uploads, 40/s", _calling("completed", 40)),
    _pair("get_upload", "GetUpload of any upload, 100/s", _calling("get", 100)),
    _pair("list_uploads", "ListUploads of an upload's owner, 60/s", _calling("list", 60)),
    _pair("callback_new", "pushes that complete uploads, 40/s", _pushing("new", 40)),
    _pair("callback_duplicate", "pushes that came before, 80/s", _pushing("duplicate", 80)),
)
"""The pace is some 40 % of what this takes to saturate two cores with both services at work."""
