"""Signed URLs and session URIs reach neither a log nor an error."""

import logging
import traceback
from pathlib import Path

import httpx
import pytest

from catalog.client import CatalogClient, ClientError, StorageError, Uploader
from catalog.client.messages import InitAnswer
from catalog.client.storage import Storage
from catalog.emulator import Emulator, faults
from tests.integration.client.conftest import SETTINGS
from tests.integration.client.evidence import MIB, make_file

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKS = ("X-Goog-Signature", "x-goog-signature", "&upload_id=", "SECRET")


def assert_no_secret(text: str) -> None:
    assert [mark for mark in MARKS if mark in text] == []


def told(error: BaseException) -> str:
    """All that a traceback would show, hidden contexts included."""
    chain: list[str] = []
    current: BaseException | None = error
    while current is not None:
        chain += traceback.format_exception(current, chain=False)
        chain += [repr(current), str(current)]
        current = current.__context__ or current.__cause__
    return "".join(chain)


async def test_an_upload_with_trouble_leaves_no_url_in_the_most_talkative_log(
    uploader: Uploader, emulator: Emulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.faults.set(
        faults.Cut(after_bytes=MIB, times=1), faults.StorageError(status=503, times=2)
    )

    await uploader.upload(make_file(tmp_path / "a.mp4", 2 * MIB))

    ours = [each for each in caplog.records if each.name.startswith(("httpx", "httpcore"))]
    assert_no_secret(" ".join(each.getMessage() for each in ours))


async def test_the_logs_of_others_that_use_httpx_are_left_alone(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with Storage(SETTINGS) as storage:
        with pytest.raises(StorageError):
            await storage.status(f"{emulator.url}/catalog-uploads/x?upload_id=SECRET", 1)
    async with httpx.AsyncClient() as others:
        await others.get(f"{emulator.url}/_emulator/faults")

    lines = [each.getMessage() for each in caplog.records if each.name == "httpx"]
    assert len(lines) == 1
    assert "/_emulator/faults" in lines[0]


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:1/o?upload_id=SECRET",
        "http://nowhere.invalid/o?upload_id=SECRET",
        "nonsense?upload_id=SECRET",
        "http://[::bad?upload_id=SECRET",
        "ftp://x/o?upload_id=SECRET",
    ],
)
async def test_no_error_of_a_request_knows_its_url_not_even_in_its_context(uri: str) -> None:
    async with Storage(SETTINGS) as storage:
        with pytest.raises(StorageError) as caught:
            await storage.status(uri, 1)

    assert_no_secret(told(caught.value))
    assert caught.value.__context__ is None, "an httpx error carries the request and its URL"


async def test_errors_of_whole_uploads_tell_no_url(
    uploader: Uploader, emulator: Emulator, tmp_path: Path
) -> None:
    for fault in (
        faults.StorageError(status=503),
        faults.StorageError(status=400),
        faults.Cut(after_bytes=0),
        faults.StorageError(status=410),
    ):
        emulator.faults.set(fault)
        with pytest.raises(ClientError) as caught:
            await uploader.upload(make_file(tmp_path / "a.mp4", MIB))
        emulator.faults.clear()
        assert_no_secret(told(caught.value))


async def test_an_answer_with_a_url_does_not_show_it(client: CatalogClient) -> None:
    answer = await client.init_resumable_upload(
        filename="a.mp4", size_bytes=1, content_type="video/mp4", md5_hex="0" * 32
    )

    assert isinstance(answer, InitAnswer)
    assert "X-Goog-Signature" in answer.url
    assert_no_secret(repr(answer))
