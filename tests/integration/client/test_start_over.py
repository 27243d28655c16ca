"""A session that is lost, a URL that came too late: the upload begins anew, not for ever."""

from datetime import timedelta
from pathlib import Path

import pytest

from catalog.client import (
    AccessRefusedError,
    SessionLostError,
    SignatureRefusedError,
    StorageError,
    Uploader,
    UrlExpiredError,
)
from catalog.emulator import Emulator, faults
from tests.integration.client.catalog_server import CatalogServer
from tests.integration.client.evidence import (
    KIB,
    MIB,
    make_file,
    state_files,
    statuses,
    stored_bytes,
)
from tests.integration.client.interruption import interrupted

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("status", [404, 410, 499])
async def test_a_session_lost_under_way_is_replaced_by_a_fresh_one(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, status: int
) -> None:
    file = make_file(tmp_path / "a.mp4", 300 * KIB)
    emulator.faults.set(faults.StorageError(status=status, operation="put", times=1))

    await uploader.upload(file)

    assert stored_bytes(emulator) == file.read_bytes()
    assert (catalog.init_calls, statuses(emulator, "start")) == (2, [201, 201])


@pytest.mark.parametrize("status", [404, 410])
async def test_a_remembered_session_that_is_gone_is_forgotten(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, status: int
) -> None:
    catalog.chunk_bytes = 256 * KIB
    file = make_file(tmp_path / "a.mp4", MIB)
    await interrupted(uploader, file, 512 * KIB)
    emulator.faults.set(faults.StorageError(status=status, operation="status", times=1))

    result = await uploader.upload(file)

    assert (result.resumed_from, catalog.init_calls) == (0, 2)
    assert stored_bytes(emulator) == file.read_bytes()


async def test_sessions_lost_again_and_again_end_in_one_clear_error(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path, state_dir: Path
) -> None:
    emulator.faults.set(faults.StorageError(status=410, operation="put"))

    with pytest.raises(SessionLostError, match="gave up the upload session"):
        await uploader.upload(make_file(tmp_path / "a.mp4", 10))

    assert catalog.init_calls == 1 + uploader.client.settings.max_restarts
    assert state_files(state_dir) == []


async def test_a_url_that_expired_before_its_use_is_replaced(
    uploader: Uploader, catalog: CatalogServer, emulator: Emulator, tmp_path: Path
) -> None:
    catalog.url_lives = [timedelta(seconds=1), timedelta(minutes=15)]
    emulator.faults.set(faults.ClockJump(seconds=60))
    file = make_file(tmp_path / "a.mp4", 10)

    await uploader.upload(file)

    assert statuses(emulator, "start") == [400, 201]
    assert stored_bytes(emulator) == file.read_bytes()


async def test_urls_that_are_always_expired_are_a_clear_error(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.faults.set(faults.ClockJump(seconds=86_400))

    with pytest.raises(UrlExpiredError, match="the signed URL had expired") as caught:
        await uploader.upload(make_file(tmp_path / "a.mp4", 10))

    assert caught.value.reason == "URL_EXPIRED"


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        ({"content-type": "video/webm"}, "SignatureDoesNotMatch"),
        ({"x-goog-meta-forgotten": "x"}, "MalformedSecurityHeader"),
    ],
)
async def test_a_refused_signature_is_a_clear_error_at_once(
    uploader: Uploader, catalog: CatalogServer, tmp_path: Path, signed: dict[str, str], code: str
) -> None:
    catalog.signed_otherwise = signed

    with pytest.raises(SignatureRefusedError, match=code):
        await uploader.upload(make_file(tmp_path / "a.mp4", 10))

    assert catalog.init_calls == 1


async def test_denied_access_to_an_object_nobody_stored_is_a_clear_error(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.faults.set(faults.StorageError(status=403, operation="start"))

    with pytest.raises(AccessRefusedError, match="denied access"):
        await uploader.upload(make_file(tmp_path / "a.mp4", 10))


async def test_any_other_refusal_is_a_clear_error_at_once(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.faults.set(faults.StorageError(status=411, operation="put"))

    with pytest.raises(StorageError, match="refused the upload"):
        await uploader.upload(make_file(tmp_path / "a.mp4", 10))

    assert statuses(emulator, "put") == [411]
