"""What Catalog's own errors become: retried, waited for, or one clear line."""

import time
from pathlib import Path

import pytest
from grpc import StatusCode

from catalog.client import (
    CatalogClient,
    InvalidUsageError,
    NotConfirmedError,
    ServiceError,
    ServiceUnavailableError,
    Uploader,
    UploadFailedError,
    UploadOptions,
)
from catalog.emulator import Emulator
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.conftest import SETTINGS
from tests.integration.client.evidence import make_file, state_files
from tests.integration.client.refusals import Refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

UPLOAD_ID = "0d0c8d6e-0000-4000-8000-000000000000"


async def test_no_service_is_one_clear_line_with_the_address(tmp_path: Path, user_id: str) -> None:
    async with CatalogClient("127.0.0.1:1", user_id, settings=SETTINGS) as client:
        with pytest.raises(ServiceUnavailableError) as caught:
            await Uploader(client).upload(make_file(tmp_path / "a.mp4", 10))

    assert str(caught.value) == (
        "no Catalog service answers at 127.0.0.1:1; check the address and that it is running"
    )
    assert caught.value.reason == "SERVICE_UNAVAILABLE"


async def test_every_bad_field_is_named_in_one_line(
    client: CatalogClient, catalog: CatalogServer
) -> None:
    fields = {"title": "is too\nlong", "description": "has control characters"}
    catalog.refusal = Refusal(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", fields=fields)

    with pytest.raises(ServiceError) as caught:
        await client.create_video("x")

    assert str(caught.value) == (
        "Catalog refused: title: is too long; description: has control characters"
    )
    assert (caught.value.reason, caught.value.code) == ("INVALID_REQUEST", "INVALID_ARGUMENT")


@pytest.mark.parametrize("code", [StatusCode.UNAVAILABLE, StatusCode.RESOURCE_EXHAUSTED])
async def test_a_wait_the_service_asks_for_is_kept(
    client: CatalogClient, catalog: CatalogServer, code: StatusCode
) -> None:
    catalog.refusal = Refusal(code, "DATABASE_UNAVAILABLE", retry_seconds=0.4, times=2)

    started = time.monotonic()
    video = await client.create_video("x")

    assert time.monotonic() - started >= 0.8
    assert video.title == "x"


async def test_a_service_that_stays_away_is_an_error_with_its_reason(
    client: CatalogClient, catalog: CatalogServer
) -> None:
    catalog.refusal = Refusal(
        StatusCode.UNAVAILABLE, "UPLOADS_DISABLED", retry_seconds=0.01, times=99
    )

    with pytest.raises(ServiceUnavailableError, match="UPLOADS_DISABLED") as caught:
        await client.get_upload(UPLOAD_ID)

    assert caught.value.reason == "UPLOADS_DISABLED"
    assert catalog.refusal.times == 99 - SETTINGS.rpc_retry.max_attempts


async def test_too_large_a_request_is_not_tried_again(
    client: CatalogClient, catalog: CatalogServer
) -> None:
    catalog.refusal = Refusal(StatusCode.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", times=2)

    with pytest.raises(ServiceError):
        await client.create_video("x")

    assert catalog.refusal.times == 1


async def test_a_video_is_asked_for_again_until_the_service_answers(
    client: CatalogClient, catalog: CatalogServer
) -> None:
    catalog.refusal = Refusal(StatusCode.UNAVAILABLE, "CONTENTION")
    made = await client.create_video("x")
    assert [made.video_id] == list(catalog.videos)


async def test_an_unknown_upload_is_an_error_with_its_reason(client: CatalogClient) -> None:
    with pytest.raises(ServiceError) as caught:
        await client.get_upload(UPLOAD_ID)

    assert caught.value.reason == "UPLOAD_NOT_FOUND"


async def test_a_user_id_that_is_no_uuid_is_refused_before_any_call() -> None:
    with pytest.raises(InvalidUsageError, match="must be a UUID"):
        CatalogClient("127.0.0.1:1", "nobody\n")


async def test_watching_surfaces_why_an_upload_failed(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path, state_dir: Path
) -> None:
    catalog.fails_after_init = ["SIZE_LIMIT_EXCEEDED"]

    with pytest.raises(UploadFailedError, match="SIZE_LIMIT_EXCEEDED") as caught:
        await uploader.upload(make_file(tmp_path / "a.mp4", 10), UploadOptions(watch=True))

    assert caught.value.reason == "SIZE_LIMIT_EXCEEDED"
    assert state_files(state_dir) == []


async def test_watching_ends_at_its_deadline_and_says_how_to_look_later(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path
) -> None:
    catalog.notified = False

    with pytest.raises(
        NotConfirmedError, match=r"within 0\.2 s; look again later with: catalog get"
    ):
        await uploader.upload(
            make_file(tmp_path / "a.mp4", 10), UploadOptions(watch=True, watch_deadline=0.2)
        )


async def test_a_service_that_is_away_at_the_end_takes_nothing_from_a_stored_file(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    file = make_file(tmp_path / "a.mp4", 10)

    def break_service(_: object) -> None:
        if list(emulator.requests.entries("put")):
            catalog.refusal = Refusal(StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE", times=99)

    result = await uploader.upload(file, on_progress=break_service)

    (stored,) = emulator.objects
    assert (result.status, result.generation) == ("uploading", str(stored.generation))
