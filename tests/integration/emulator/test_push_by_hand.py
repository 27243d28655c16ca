"""Pushes made by hand through the control endpoints."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from catalog.emulator import Emulator
from tests.integration.emulator.conftest import AUDIENCE
from tests.integration.emulator.receiver import Receiver
from tests.integration.emulator.uploads import a_name

pytestmark = pytest.mark.asyncio(loop_scope="session")

Push = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def push(emulator: Emulator, http: httpx.AsyncClient) -> Push:
    async def send(**body: Any) -> httpx.Response:
        return await http.post(f"{emulator.url}/_emulator/push", json=body)

    return send


def about(emulator: Emulator) -> dict[str, str]:
    stored = emulator.store(a_name(), b"x")
    return {"bucket": stored.bucket, "name": stored.name}


async def test_a_finalize_is_pushed_as_often_as_asked_and_the_answers_come_back(
    emulator: Emulator, receiver: Receiver, push: Push
) -> None:
    receiver.answers = [204, 503, 204]
    target = about(emulator)
    said = (await push(**target, times=3)).json()["deliveries"]
    assert [delivery["status"] for delivery in said] == [204, 503, 204]
    assert len({push.message_id for push in receiver.pushes}) == 1
    assert {push.object_name for push in receiver.pushes} == {target["name"]}


async def test_fifty_pushes_at_once_can_have_an_id_each(
    emulator: Emulator, receiver: Receiver, push: Push
) -> None:
    answer = await push(**about(emulator), times=50, new_message_ids=True, concurrent=True)
    assert len(answer.json()["deliveries"]) == 50
    assert len({push.message_id for push in receiver.pushes}) == 50


async def test_generation_payload_and_attributes_can_be_bent(
    emulator: Emulator, receiver: Receiver, push: Push
) -> None:
    await push(**about(emulator), generation=17)
    await push(**about(emulator), payload={"md5Hash": None}, attributes={"eventType": "OTHER"})
    older, bent = receiver.pushes
    assert older.payload["generation"] == "17"
    assert older.message["attributes"]["objectGeneration"] == "17"
    assert "md5Hash" not in bent.payload
    assert bent.message["attributes"]["eventType"] == "OTHER"


@pytest.mark.parametrize("raw", ["", "not json", '{"message": "\\ud800"}'])
async def test_any_body_can_be_pushed_under_a_good_token(
    emulator: Emulator, receiver: Receiver, push: Push, raw: str
) -> None:
    assert (await push(raw=raw)).json()["deliveries"] == [{"outcome": "ack", "status": 204}]
    assert receiver.pushes[0].body == raw.encode()
    assert receiver.pushes[0].token == emulator.issuer.push_token(AUDIENCE)


async def test_bytes_and_tokens_of_any_kind_can_be_pushed(receiver: Receiver, push: Push) -> None:
    await push(raw_base64=base64.b64encode(b"\x00\xff").decode(), token="not.a.token")
    assert receiver.pushes[0].body == b"\x00\xff"
    assert receiver.pushes[0].token == "not.a.token"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"bucket": "b"}, 400), ({"bucket": "b", "name": "n"}, 404),
        ({"raw": 7}, 400), ({"raw": "", "times": 0}, 400), ({"raw": "", "times": True}, 400),
        ({"raw_base64": "%"}, 400), ({"raw": "", "surprise": 1}, 400),
    ],
)  # fmt: skip
async def test_what_cannot_be_pushed_is_refused(
    receiver: Receiver, push: Push, body: dict[str, Any], status: int
) -> None:
    assert (await push(**body)).status_code == status
    assert receiver.pushes == []


async def test_the_endpoint_can_be_replaced_at_run_time(
    emulator: Emulator, receiver: Receiver, http: httpx.AsyncClient, push: Push
) -> None:
    url = f"{emulator.url}/_emulator/push"
    said = await http.put(url, json={"endpoint": receiver.url})
    assert said.json() == {"endpoint": receiver.url, "audience": receiver.url, "pending": []}
    assert (await http.put(url, json={"endpoint": "ftp://x"})).status_code == 400
    await push(raw="x")
    assert receiver.pushes[0].token == emulator.issuer.push_token(receiver.url)


async def test_pending_messages_are_shown_and_can_be_forgotten(
    emulator: Emulator, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    receiver.answers = [500] * 1000
    name = emulator.store(a_name(), b"x", notify=True).name
    await receiver.wait_for(1)
    url = f"{emulator.url}/_emulator/push"
    pending = (await http.get(url)).json()["pending"]
    assert [message["attributes"]["objectId"] for message in pending] == [name]
    assert (await http.post(f"{url}/drain", json={"timeout_seconds": 0.05})).status_code == 504
    await http.delete(url)
    assert (await http.get(url)).json()["pending"] == []
