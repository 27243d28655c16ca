"""x-goog-if-generation-match: given at the start, applied at the end."""

import httpx
import pytest

from catalog.emulator import Emulator
from tests.integration.emulator.uploads import open_upload

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_of_two_sessions_for_one_object_the_first_to_finish_wins(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[testbench-upload] preconditions are applied when the upload completes."""
    first = await open_upload(emulator, http, x_goog_if_generation_match="0")
    second = await open_upload(emulator, http, first.name, x_goog_if_generation_match="0")
    won = await second.put(b"second")
    lost = await first.put(b"first")
    assert (won.status_code, lost.status_code) == (200, 412)
    assert "<Code>PreconditionFailed</Code>" in lost.text
    stored = emulator.objects.get(emulator.settings.buckets[0], first.name)
    assert stored.file.read_bytes() == b"second"


async def test_the_start_itself_succeeds_over_a_live_object(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[gcj-201] seen on the JSON API: only the data request fails."""
    emulator.store("videos/u/taken", b"there")
    upload = await open_upload(emulator, http, "videos/u/taken", x_goog_if_generation_match="0")
    assert (await upload.put(b"x")).status_code == 412
    assert (await upload.status()).status_code == 412


async def test_a_deleted_object_no_longer_stands_in_the_way(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[request-preconditions] 0 means "no live object", now and not at the start."""
    stored = emulator.store("videos/u/leaving", b"there")
    upload = await open_upload(emulator, http, stored.name, x_goog_if_generation_match="0")
    emulator.objects.delete(stored.bucket, stored.name, stored.generation, None)
    assert (await upload.put(b"x")).status_code == 200


async def test_a_generation_may_be_insisted_on(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """[request-preconditions] 412 when the live generation differs."""
    stored = emulator.store("videos/u/replaced", b"old")
    wanted = str(stored.generation)
    good = await open_upload(emulator, http, stored.name, x_goog_if_generation_match=wanted)
    late = await open_upload(emulator, http, stored.name, x_goog_if_generation_match=wanted)
    assert (await good.put(b"new")).status_code == 200
    assert (await late.put(b"newer")).status_code == 412


async def test_without_a_precondition_an_object_is_replaced(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[pubsub-notifications] overwroteGeneration exists because objects are replaced."""
    stored = emulator.store("videos/u/overwritten", b"old")
    upload = await open_upload(emulator, http, stored.name)
    await upload.put(b"new")
    replaced = emulator.objects.get(stored.bucket, stored.name)
    assert replaced.overwrote == stored.generation
    assert not stored.file.exists()
