"""Sweeps by hand and forgotten uploads, by the real command over the emulated bucket."""

from pathlib import Path

import pytest

from catalog.domain.upload import UploadStatus
from tests.e2e.operators import Desk, Operator, desk
from tests.support.builders import BUCKET
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.upkeep_site import Site, site

__all__ = ["desk", "emptied_database", "shared_database", "site"]


@pytest.fixture
def database(emptied_database: str) -> str:
    """One for all tests: cheaper than a clone a test."""
    return emptied_database


@pytest.fixture
def operator(site: Site, database: str, tmp_path: Path) -> Operator:
    settings = {
        "CATALOG_GCS__BUCKET": BUCKET,
        "CATALOG_GCS__PROJECT_ID": "x",
        "CATALOG_GCS__ENDPOINT": site.emulator.url,
    }
    return Operator(database, tmp_path, settings)


async def test_a_sweep_changes_nothing_until_it_is_told_to(
    site: Site,
    operator: Operator,
) -> None:
    upload = await site.upload()
    site.put(upload)

    dry = await operator.told("gc", "run")
    before = await site.now(upload)
    wet = await operator.told("gc", "run", "--repair")

    bucket = f"bucket/{BUCKET}"
    assert [each["sweep"] for each in dry["sweeps"]] == [
        "waiting/report",
        f"{bucket}/report",
        "completed",
    ]
    assert dry["sweeps"][1]["skipped"] == {"would_finalize": 1}
    assert before.status is UploadStatus.PENDING
    assert wet["sweeps"][1]["completed"] == 1
    assert (await site.now(upload)).status is UploadStatus.COMPLETED


async def test_orphans_are_reported_then_refused_then_deleted_when_they_are_believed(
    site: Site,
    operator: Operator,
) -> None:
    with site.long_ago():
        ref, _ = site.put_orphan()

    dry = await operator.run("gc", "run")
    report = await operator.told("gc", "report")
    shown = await operator.run("gc", "report")
    refused = await operator.run("gc", "run", "--delete")
    still_there = site.live(ref)
    deleted = await operator.told("gc", "run", "--delete", "--max-orphan-fraction", "1")

    assert dry.code == 0
    assert "dry run" in dry.out
    assert [(each["kind"], each["object"]) for each in report["findings"]] == [("orphan", ref.uri)]
    assert report["backlog"]["findings"] == {"orphan": 1}
    assert {each["name"] for each in report["sweeps"]} >= {"completed", "waiting/report"}
    assert ref.uri in shown.out
    assert refused.code == 1
    assert "--max-orphan-fraction" in refused.err
    assert still_there is not None
    assert deleted["sweeps"][1]["deleted"] == 1
    assert site.live(ref) is None


async def test_an_upload_is_forgotten_only_when_its_object_is_gone(
    site: Site,
    operator: Operator,
) -> None:
    upload = await site.upload()
    generation = site.put(upload)
    await site.upkeep.finalize_live(upload)

    refused = await operator.run("uploads", "forget", str(upload.upload_id))
    site.emulator.objects.delete(BUCKET, upload.ref.name, generation, None)
    forgotten = await operator.told("uploads", "forget", str(upload.upload_id))
    again = await operator.run("uploads", "forget", str(upload.upload_id))

    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("catalog: not forgotten: its object is there")
    assert forgotten == {
        "forgotten": str(upload.upload_id),
        "object": upload.ref.uri,
        "generation": str(generation),
    }
    assert (again.code, again.err) == (1, f"catalog: no such upload: {upload.upload_id}\n")


async def test_findings_are_paged_and_nothing_is_left_unsaid(
    site: Site, operator: Operator
) -> None:
    with site.long_ago():
        refs = sorted((site.put_orphan()[0] for _ in range(3)), key=lambda ref: ref.name)
    await operator.run("gc", "run")

    shown = await operator.run("gc", "report", "--limit", "2")
    page = await operator.told("gc", "report", "--kind", "orphan", "--limit", "2")
    rest = await operator.told("gc", "report", "--kind", "orphan", "--after", page["next_after"])

    assert f"--kind orphan --after {page['next_after']}" in shown.err
    assert [each["object"] for each in page["findings"] + rest["findings"]] == [
        ref.uri for ref in refs
    ]
    assert rest["next_after"] is None


def test_a_report_of_nothing_says_so_in_numbers(desk: Desk, database: str) -> None:
    shown = desk.run(database, ("gc", "report"))
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["deletions", "open", "0"] in lines
    assert ["findings", "orphan", "0"] in lines
    assert "None" not in shown.out
    none = desk.run(database, ("gc", "report", "--kind", "gone"))
    assert (none.code, none.out, none.err) == (0, "", "catalog: no findings\n")


@pytest.mark.parametrize("arguments", [("--kind", "gone", "--after", "x"), ("--after", "b/n#1")])
def test_pages_that_cannot_be_are_refused(
    desk: Desk, database: str, arguments: tuple[str, ...]
) -> None:
    desk.refuses(database, ("gc", "report", *arguments), 2, "--after")


def test_a_bucket_that_is_not_named_is_one_line(desk: Desk, database: str) -> None:
    desk.refuses(database, ("gc", "run"), 2, "gcs.bucket")
