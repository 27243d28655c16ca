"""OBJECT_FINALIZE as Pub/Sub pushes it: the body, the attributes, the token."""

import base64
import hashlib
from typing import Any

import httpx
import pytest
from google.auth import jwt

from catalog.emulator import Emulator
from catalog.emulator.faults import CertsDown, Composite, WrongMd5
from tests.integration.emulator.conftest import AUDIENCE
from tests.integration.emulator.receiver import Receiver
from tests.integration.emulator.uploads import a_name, open_upload

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def verified(http: httpx.AsyncClient, emulator: Emulator, token: str) -> dict[str, Any]:
    certs = (await http.get(emulator.certs_url)).json()
    claims: dict[str, Any] = jwt.decode(  # type: ignore[no-untyped-call]  # untyped
        token, certs=certs, audience=AUDIENCE, clock_skew_in_seconds=10
    )
    return claims


async def test_a_completed_upload_is_announced(
    emulator: Emulator, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    """[push-docs] the wrapped body; [pubsub-notifications] the attributes."""
    upload = await open_upload(emulator, http)
    done = await upload.put(b"content")
    push = (await receiver.wait_for(1))[0]
    generation, bucket = done.headers["x-goog-generation"], emulator.settings.buckets[0]
    assert push.envelope["subscription"] == emulator.settings.subscription_path
    assert "deliveryAttempt" not in push.envelope
    message = push.message
    assert message["messageId"] == message["message_id"]
    assert message["messageId"].isdigit()
    assert message["publishTime"] == message["publish_time"]
    assert "orderingKey" not in message
    attributes = message["attributes"]
    assert attributes.pop("eventTime").endswith("Z")
    assert attributes == {
        "eventType": "OBJECT_FINALIZE",
        "bucketId": bucket,
        "objectId": upload.name,
        "objectGeneration": generation,
        "payloadFormat": "JSON_API_V1",
        "notificationConfig": f"projects/_/buckets/{bucket}/notificationConfigs/1",
    }


async def test_the_payload_is_the_object_resource(
    emulator: Emulator, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    """[storage-discovery] 64-bit numbers are strings, hashes are base64."""
    upload = await open_upload(emulator, http, x_goog_meta_client="phone")
    await upload.put(b"content")
    payload = (await receiver.wait_for(1))[0].payload
    assert payload["kind"] == "storage#object"
    assert payload["id"] == f"{payload['bucket']}/{payload['name']}/{payload['generation']}"
    assert (payload["name"], payload["size"], payload["metageneration"]) == (upload.name, "7", "1")
    assert isinstance(payload["generation"], str)
    assert payload["md5Hash"] == base64.b64encode(hashlib.md5(b"content").digest()).decode()
    assert len(base64.b64decode(payload["crc32c"])) == 4
    assert payload["contentType"] == "video/mp4"
    assert payload["metadata"] == {"client": "phone"}
    assert {"etag", "selfLink", "mediaLink", "storageClass", "timeCreated", "timeFinalized",
            "updated", "timeStorageClassUpdated"} <= set(payload)  # fmt: skip
    stat = await http.get(payload["selfLink"])
    assert stat.json() == payload


async def test_the_request_carries_a_token_of_the_push_account(
    emulator: Emulator, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    """[authenticate-push] RS256 with a 40-hex kid; the documented claims."""
    emulator.store(a_name(), b"x", notify=True)
    push = (await receiver.wait_for(1))[0]
    assert push.headers["content-type"] == "application/json"
    assert push.headers["user-agent"].startswith("APIs-Google; (+https://")
    header = jwt.decode_header(push.token)  # type: ignore[no-untyped-call]  # untyped
    assert (header["alg"], header["typ"], len(header["kid"])) == ("RS256", "JWT", 40)
    claims = await verified(http, emulator, push.token)
    assert claims["email"] == emulator.settings.push_email
    assert claims["iss"] == "https://accounts.google.com"


async def test_several_pushes_share_one_token(emulator: Emulator, receiver: Receiver) -> None:
    """[push-docs] tokens on pushes may be up to an hour old."""
    for _ in range(3):
        emulator.store(a_name(), b"x", notify=True)
    pushes = await receiver.wait_for(3)
    assert len({push.token for push in pushes}) == 1


async def test_only_objects_under_the_prefix_are_announced(
    emulator: Emulator, receiver: Receiver
) -> None:
    """[storage-discovery] object_name_prefix of the notification configuration."""
    emulator.store(a_name("other/"), b"x", notify=True)
    announced = emulator.store(a_name(), b"x", notify=True)
    await emulator.pushes.drain(60)
    assert [push.object_name for push in receiver.pushes] == [announced.name]


async def test_a_replacement_names_the_generation_it_replaced(
    emulator: Emulator, receiver: Receiver
) -> None:
    """[pubsub-notifications] overwroteGeneration, only on a FINALIZE that replaced an object."""
    old = emulator.store(a_name(), b"old")
    emulator.store(old.name, b"new", notify=True)
    push = (await receiver.wait_for(1))[0]
    assert push.message["attributes"]["overwroteGeneration"] == str(old.generation)


async def test_composite_and_wrong_md5_faults_show_in_the_payload(
    emulator: Emulator, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    """[object-checksums] composites have no md5Hash; a wrong one is a fault of ours."""
    emulator.faults.set(Composite(times=1))
    composed = await (await open_upload(emulator, http)).put(b"x")
    await receiver.wait_for(1)
    emulator.faults.set(WrongMd5(times=1))
    plain = await (await open_upload(emulator, http)).put(b"x")
    await receiver.wait_for(2)
    assert "md5Hash" not in receiver.pushes[0].payload
    assert receiver.pushes[0].payload["componentCount"] == 2
    assert receiver.pushes[1].payload["md5Hash"] == base64.b64encode(bytes(16)).decode()
    assert composed.headers.get_list("x-goog-hash") != plain.headers.get_list("x-goog-hash")
    assert composed.headers["x-goog-component-count"] == "2"


async def test_certificates_are_published_with_a_lifetime(
    emulator: Emulator, http: httpx.AsyncClient
) -> None:
    """[auth-id-token] {kid: PEM certificate}; [google-oauth-8] public with a max-age."""
    answer = await http.get(emulator.certs_url)
    assert answer.headers["cache-control"].startswith("public, max-age=21155")
    assert list(answer.json()) == [emulator.issuer.kid]
    assert answer.json()[emulator.issuer.kid].startswith("-----BEGIN CERTIFICATE-----")


async def test_the_certs_endpoint_can_be_down(emulator: Emulator, http: httpx.AsyncClient) -> None:
    """A fault of ours."""
    emulator.faults.set(CertsDown(times=2))
    statuses = [(await http.get(emulator.certs_url)).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
