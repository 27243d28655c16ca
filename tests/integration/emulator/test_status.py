"""Status queries, and the offsets that do not fit."""

import httpx
import pytest

from catalog.emulator import Emulator
from tests.integration.emulator.uploads import KIB_256, Upload, open_upload, some_bytes

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = some_bytes(3 * KIB_256)
TOTAL = len(BODY)


async def a_half_upload(emulator: Emulator, http: httpx.AsyncClient) -> Upload:
    upload = await open_upload(emulator, http)
    answer = await upload.chunk(BODY[: 2 * KIB_256], 0, TOTAL)
    assert answer.status_code == 308
    return upload


async def test_there_is_no_range_before_the_first_byte(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[java-2182] no Range header means offset 0."""
    upload = await open_upload(emulator, http)
    answer = await upload.status(TOTAL)
    assert (answer.status_code, "range" in answer.headers) == (308, False)


@pytest.mark.parametrize("total", [TOTAL, "*", KIB_256, TOTAL * 9, 0])
async def test_a_query_says_what_is_persisted_whatever_total_it_names(
    emulator: Emulator, http: httpx.AsyncClient, total: int | str
) -> None:
    """[java-put-test] a TOTAL smaller or larger than what is persisted is 308 with the Range."""
    upload = await a_half_upload(emulator, http)
    answer = await upload.status(total)
    assert (answer.status_code, answer.headers["range"]) == (308, f"bytes=0-{2 * KIB_256 - 1}")


async def test_bytes_that_are_persisted_already_are_ignored(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[testbench-rest] overlapping bytes ignored, rest appended."""
    upload = await a_half_upload(emulator, http)
    wrong_overlap = bytes(KIB_256) + BODY[2 * KIB_256 :]
    assert (await upload.chunk(wrong_overlap, KIB_256, TOTAL)).status_code == 200
    stored = emulator.objects.get(emulator.settings.buckets[0], upload.name)
    assert stored.file.read_bytes() == BODY


async def test_a_chunk_ahead_of_what_is_persisted_is_503_in_words(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[java-put-test] text/plain with both offsets."""
    upload = await open_upload(emulator, http)
    answer = await upload.chunk(BODY[KIB_256 : 2 * KIB_256], KIB_256, TOTAL)
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == (
        "Invalid request. According to the Content-Range header, the upload offset is "
        f"{KIB_256} byte(s), which exceeds already uploaded size of 0 byte(s)."
    )


async def test_a_data_chunk_with_a_smaller_total_finishes_nothing(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[java-put-test] TOTAL smaller than what is persisted: 308 with the larger Range."""
    upload = await a_half_upload(emulator, http)
    answer = await upload.chunk(BODY[:10], 0, 10)
    assert (answer.status_code, answer.headers["range"]) == (308, f"bytes=0-{2 * KIB_256 - 1}")
    assert (await upload.chunk(BODY[2 * KIB_256 :], 2 * KIB_256, TOTAL)).status_code == 200


@pytest.mark.parametrize("content_range", ["bytes 0-99/100", "bytes 0-9/*", "bytes", "bytes */9"])
async def test_a_range_that_contradicts_the_body_is_refused(
    emulator: Emulator, http: httpx.AsyncClient, content_range: str
) -> None:
    """The service's answer to this is not documented; it is 400 here."""
    upload = await open_upload(emulator, http)
    assert (await upload.put(BODY[:50], content_range)).status_code == 400


async def test_a_total_that_changes_is_refused(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """The service's answer to this is not documented; it is 400 here."""
    upload = await a_half_upload(emulator, http)
    answer = await upload.chunk(BODY[2 * KIB_256 :], 2 * KIB_256, TOTAL + 1)
    assert answer.status_code == 400
    assert (await upload.status()).headers["range"] == f"bytes=0-{2 * KIB_256 - 1}"
