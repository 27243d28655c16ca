"""How sessions end without an object: cancelled, unknown, expired."""

import httpx
import pytest

from catalog.emulator import Emulator
from catalog.emulator.faults import ClockJump
from tests.integration.emulator.uploads import KIB_256, open_upload, signed_url, some_bytes

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = some_bytes(2 * KIB_256)
WEEK = 7 * 24 * 3600


async def test_cancel_is_499_and_so_is_everything_after(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[performing-resumable] DELETE is 499; [fake-gcs-1813] PUT and status after it as well."""
    upload = await open_upload(emulator, http)
    await upload.chunk(BODY[:KIB_256], 0, len(BODY))
    answers = [
        await upload.cancel(),
        await upload.status(),
        await upload.chunk(BODY[KIB_256:], KIB_256, len(BODY)),
        await upload.cancel(),
    ]
    assert [answer.status_code for answer in answers] == [499] * 4
    assert upload.name not in {stored.name for stored in emulator.objects}


async def test_an_unknown_session_is_404_for_every_method(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[gcs-resumable-16] unknown session; [fake-gcs-1813] DELETE of one."""
    upload = await open_upload(emulator, http)
    unknown = upload.uri[:-4] + "0000"
    assert (await http.put(unknown, content=b"x")).status_code == 404
    assert (await http.delete(unknown)).status_code == 404


async def test_a_session_belongs_to_its_object(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """[gcs-resumable-16] an upload_id under another path names no session."""
    upload = await open_upload(emulator, http)
    moved = upload.uri.replace(upload.name, f"{upload.name}-other")
    assert (await http.put(moved, content=b"x")).status_code == 404


async def test_a_session_outlives_its_url_by_far_and_ends_after_a_week(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[resumable-uploads] one week from initiation; [gcs-resumable-16] then 404."""
    upload = await open_upload(emulator, http)
    emulator.faults.set(ClockJump(seconds=WEEK - 60))
    assert (await upload.chunk(BODY[:KIB_256], 0, len(BODY))).status_code == 308
    emulator.faults.set(ClockJump(seconds=WEEK + 1))
    assert (await upload.status()).status_code == 404
    emulator.faults.clear(ClockJump)
    assert (await upload.status()).status_code == 404


async def test_a_url_past_its_lifetime_opens_no_session(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """400 ExpiredToken and not 403, as noted publicly in 2026."""
    headers = {"x-goog-resumable": "start"}
    url = signed_url(emulator, "videos/u/late", headers)
    emulator.faults.set(ClockJump(seconds=901))
    answer = await http.post(url, headers=headers)
    assert (answer.status_code, "<Code>ExpiredToken</Code>" in answer.text) == (400, True)
