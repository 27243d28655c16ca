"""Catalog hears how far an upload is, and the upload never feels it."""

import asyncio
import dataclasses
import time
from pathlib import Path

import pytest
from grpc import StatusCode

from catalog.client import CatalogClient, ObjectExistsError, Timeouts, Uploader
from catalog.emulator import Emulator, faults
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.conftest import SETTINGS
from tests.integration.client.evidence import KIB, MIB, make_file, stored_bytes
from tests.integration.client.interruption import interrupted
from tests.integration.client.refusals import Refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_upload_is_reported_from_its_first_byte_to_its_last(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB

    result = await uploader.upload(make_file(tmp_path / "a.mp4", MIB))

    offsets = [report.bytes_persisted for report in catalog.reports]
    assert (offsets[0], offsets[-1]) == (0, MIB)
    assert {report.upload_id for report in catalog.reports} == {result.upload_id}
    assert sum(report.resume_count for report in catalog.reports) == 0


async def test_interruptions_are_counted(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", 3 * MIB)
    await interrupted(uploader, file, MIB)
    catalog.reports.clear()
    emulator.faults.set(faults.StorageError(status=503, operation="put", times=2))

    await uploader.upload(file)

    assert sum(report.resume_count for report in catalog.reports) == 3
    assert catalog.reports[0].bytes_persisted >= MIB


async def test_an_object_in_the_way_is_counted(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.faults.set(faults.StorageError(status=412, operation="put"))
    hasty = dataclasses.replace(SETTINGS, confirm_deadline=0.2)

    async with CatalogClient(catalog.target, uploader.client.user_id, settings=hasty) as client:
        with pytest.raises(ObjectExistsError):
            await Uploader(client).upload(make_file(tmp_path / "a.mp4", 10))

    assert sum(report.precondition_failed_count for report in catalog.reports) == 1


@pytest.mark.parametrize("code", [StatusCode.UNAVAILABLE, StatusCode.UNIMPLEMENTED])
async def test_reports_that_fail_fail_nothing_else(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, code: StatusCode
) -> None:
    catalog.report_refusal = Refusal(code, "")
    file = make_file(tmp_path / "a.mp4", 300 * KIB)

    await uploader.upload(file)

    assert stored_bytes(emulator) == file.read_bytes()
    assert catalog.reports != []


async def test_reports_that_hang_hold_nothing_up(
    catalog: CatalogServer, emulator: Emulator, tmp_path: Path, user_id: str
) -> None:
    catalog.report_stall = 600
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", 3 * MIB)
    hasty = dataclasses.replace(SETTINGS, timeouts=Timeouts(report=0.2))

    started = time.monotonic()
    async with CatalogClient(catalog.target, user_id, settings=hasty) as client:
        await Uploader(client).upload(file)

    assert time.monotonic() - started < 10
    assert stored_bytes(emulator) == file.read_bytes()


async def test_a_cancelled_task_leaves_no_report_behind(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path
) -> None:
    catalog.report_stall = 600
    file = make_file(tmp_path / "a.mp4", 3 * MIB)

    await interrupted(uploader, file, MIB)

    names = {task.get_name() for task in asyncio.all_tasks()}
    assert "progress-report" not in names
