"""Poison is answered 204 and kept with its bytes and its reason; never a 5xx."""

import asyncio
import hashlib

import httpx
import pytest
from structlog.testing import capture_logs

from catalog.adapters.http.push_reasons import Reason
from catalog.application.records import Quarantined
from tests.integration.http.sidecar import Desk, head, running, wire
from tests.unit.adapters.http.poison import TABLE, Poison
from tests.unit.adapters.http.pushes import MESSAGE_ID, a_push, a_resource, attributes, body

KIB = 1024


def key_of(poison: Poison) -> str:
    if poison.has_id:
        return f"msg:{MESSAGE_ID}"
    return f"sha256:{hashlib.sha256(poison.content).hexdigest()}"


def kept_of(poison: Poison) -> Quarantined:
    return Quarantined(
        dedup_key=key_of(poison),
        message_id=MESSAGE_ID if poison.has_id else None,
        payload=poison.content[: 64 * KIB],
        reason=poison.reason.value,
    )


async def test_poison_is_kept_and_never_comes_again() -> None:
    """One server for all rows: to start one for each takes longer than all of them."""
    async with running() as sidecar:
        for poison in TABLE:
            sidecar.desk.quarantine.clear()
            answers = [await sidecar.push(poison.content) for _ in range(2)]
            assert [(each.status_code, each.content) for each in answers] == [(204, b"")] * 2, (
                poison
            )
            assert sidecar.desk.quarantine == {key_of(poison): kept_of(poison)}, poison
    assert sidecar.desk.arrivals == []


async def test_poison_is_told_at_error_level_without_its_content() -> None:
    with capture_logs() as logs:
        async with running() as sidecar:
            await sidecar.push(body(a_push(a_resource(name="canary" * 600))))
    (line,) = [line for line in logs if line["event"] == "push_quarantined"]
    assert (line["log_level"], line["reason"]) == ("error", Reason.OBJECT_NAME)
    assert "canary" not in str(logs)


async def test_a_body_of_300_kib_is_kept_by_its_beginning() -> None:
    content = body(a_push(a_resource(metadata={"filler": "x" * 225 * KIB})))
    assert len(content) > 300 * KIB
    async with running() as sidecar:
        answers = [(await sidecar.push(content)).status_code for _ in range(2)]
        assert answers == [204, 204]
        (kept,) = sidecar.desk.quarantine.values()
        assert kept.payload == content[: 64 * KIB]
        assert kept.reason == Reason.BODY_TOO_LARGE
        digest = hashlib.sha256(content[: 256 * KIB]).hexdigest()
        assert kept.dedup_key == f"sha256:{digest}"


async def test_a_body_of_exactly_256_kib_is_read() -> None:
    content = body(a_push())
    content += b" " * (256 * KIB - len(content))
    async with running() as sidecar:
        assert (await sidecar.push(content)).status_code == 204
        assert (await sidecar.push(content + b" ")).status_code == 204
    assert len(sidecar.desk.arrivals) == len(sidecar.desk.quarantine) == 1


async def test_a_body_without_a_length_has_the_same_limit_and_key() -> None:
    content = b"x" * 300 * KIB

    async def trickle() -> object:
        for start in range(0, len(content), 7000):
            yield content[start : start + 7000]

    async with running() as sidecar:
        assert (await sidecar.push(trickle())).status_code == 204
        assert (await sidecar.push(content)).status_code == 204
    assert len(sidecar.desk.quarantine) == 1


async def test_a_client_that_sends_all_before_it_reads_gets_its_answer() -> None:
    size = 8 * KIB * KIB
    async with running() as sidecar, wire(sidecar) as line:
        await line.send(head(size, "authorization: Bearer good"))
        async with asyncio.timeout(20):
            await line.send(b"x" * size)
        assert await line.answer() == (204, b"")
        await line.send(head(None, method="GET", path="/healthz"))
        assert (await line.answer())[0] == 200


@pytest.mark.parametrize("fault", [ValueError("canary"), RuntimeError("canary")])
async def test_poison_that_cannot_be_kept_is_told_and_not_asked_for_again(
    fault: Exception,
) -> None:
    with capture_logs() as logs:
        async with running(Desk(quarantine_fault=fault)) as sidecar:
            answer = await sidecar.push(b"{")
    assert answer.status_code == 204
    lost = [line for line in logs if line["event"] == "push_lost"]
    assert [line["log_level"] for line in lost] == ["error"]
    assert "canary" not in str(logs)


async def test_other_events_are_acknowledged_and_not_kept() -> None:
    push = body(a_push(attrs=attributes(eventType="OBJECT_DELETE")))
    with capture_logs() as logs:
        async with running() as sidecar:
            answer: httpx.Response = await sidecar.push(push)
    assert answer.status_code == 204
    assert (sidecar.desk.arrivals, sidecar.desk.quarantine) == ([], {})
    assert "push_of_other_event" in [line["event"] for line in logs]


async def test_a_genuine_push_arrives_with_its_bytes() -> None:
    content = body(a_push())
    async with running() as sidecar:
        answer = await sidecar.push(content)
    assert (answer.status_code, answer.content) == (204, b"")
    (arrival,) = sidecar.desk.arrivals
    assert (arrival.payload, arrival.message_id) == (content, MESSAGE_ID)
