"""The control endpoints: faults, records, tokens, keys."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from google.auth import jwt
from starlette.requests import Request
from starlette.responses import Response

from catalog.emulator import Emulator
from catalog.emulator.answers import JsonError
from catalog.emulator.app import loopback_only
from tests.integration.emulator.receiver import Receiver
from tests.integration.emulator.uploads import a_name, open_upload

pytestmark = pytest.mark.asyncio(loop_scope="session")

Call = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def call(emulator: Emulator, http: httpx.AsyncClient) -> Call:
    async def send(method: str, path: str, **options: Any) -> httpx.Response:
        return await http.request(method, f"{emulator.url}/_emulator{path}", **options)

    return send


async def test_faults_are_set_read_and_cleared_over_http(emulator: Emulator, call: Call) -> None:
    body = {"drop": {"times": 2}, "storage_error": [{"status": 500}, {"operation": "put"}]}
    assert (await call("PUT", "/faults", json=body)).status_code == 200
    said = (await call("GET", "/faults")).json()
    assert said["drop"] == [{"times": 2, "object": None}]
    assert [entry["status"] for entry in said["storage_error"]] == [500, 503]
    assert (await call("DELETE", "/faults/drop")).status_code == 204
    assert set((await call("GET", "/faults")).json()) == {"storage_error"}
    await call("DELETE", "/faults")
    assert (await call("GET", "/faults")).json() == {}


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"nothing": {}}', b'{"drop": {"times": 0}, "delay": {"seconds": 1}}']
)
async def test_bad_faults_are_refused_as_a_whole(
    emulator: Emulator, call: Call, body: bytes
) -> None:
    answer = await call("PUT", "/faults", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert emulator.faults.as_json() == {}
    assert (await call("DELETE", "/faults/nothing")).status_code == 400


async def test_the_request_log_names_requests_without_their_secrets(
    emulator: Emulator, http: httpx.AsyncClient, call: Call
) -> None:
    upload = await open_upload(emulator, http)
    await upload.put(b"x")
    answer = await call("GET", "/requests")
    mine = [entry for entry in answer.json() if entry["object"] == upload.name]
    assert [(entry["method"], entry["kind"], entry["status"]) for entry in mine] == [
        ("POST", "start", 201),
        ("PUT", "put", 200),
    ]
    assert "upload_id" not in answer.text
    assert "Signature" not in answer.text


async def test_objects_can_be_seeded_and_listed(
    emulator: Emulator, receiver: Receiver, call: Call
) -> None:
    name = a_name()
    path = f"/objects/{emulator.settings.buckets[0]}/{name}"
    seeded = await call("PUT", f"{path}?notify=true", content=b"seed")
    assert seeded.json()["size"] == "4"
    assert name in {entry["name"] for entry in (await call("GET", "/objects")).json()}
    assert (await receiver.wait_for(1))[0].object_name == name
    assert (await call("PUT", "/objects/unknown-bucket/a", content=b"")).status_code == 404


async def test_deliveries_are_recorded(emulator: Emulator, receiver: Receiver, call: Call) -> None:
    receiver.answers = [503]
    name = emulator.store(a_name(), b"x", notify=True).name
    assert (await call("POST", "/push/drain", json={"timeout_seconds": 10})).status_code == 200
    mine = [d for d in (await call("GET", "/deliveries")).json() if d["object"] == name]
    assert [(d["attempt"], d["status"], d["outcome"]) for d in mine] == [
        (1, 503, "remote_server_5xx"),
        (2, 204, "ack"),
    ]


async def test_tokens_are_minted_to_order(
    emulator: Emulator, receiver: Receiver, call: Call
) -> None:
    certs = await _certs(emulator)
    body = {"claims": {"email": "x@y.z", "email_verified": None, "aud": "me"}}
    token = (await call("POST", "/token", json=body)).json()["token"]
    claims = jwt.decode(token, certs=certs, audience="me")  # type: ignore[no-untyped-call]  # untyped
    assert claims["email"] == "x@y.z"
    assert "email_verified" not in claims
    forged = (await call("POST", "/token", json={"forged": True})).json()["token"]
    with pytest.raises(ValueError, match="signature"):
        jwt.decode(forged, certs=certs)  # type: ignore[no-untyped-call]  # untyped
    odd = (await call("POST", "/token", json={"kid": "nobody"})).json()["token"]
    assert jwt.decode_header(odd)["kid"] == "nobody"  # type: ignore[no-untyped-call]  # untyped
    assert (await call("POST", "/token", json={"claim": {}})).status_code == 400


async def test_keys_rotate_with_and_without_overlap(emulator: Emulator, call: Call) -> None:
    """[oauth-certs] old and new keys are published side by side for a while."""
    old = emulator.issuer.kid
    new = (await call("POST", "/keys/rotate")).json()["kid"]
    assert {old, new} <= set(await _certs(emulator))
    last = (await call("POST", "/keys/rotate", json={"drop_old": True})).json()["kid"]
    assert set(await _certs(emulator)) == {last}


async def test_unknown_paths_are_404_and_not_buckets(
    emulator: Emulator, http: httpx.AsyncClient, call: Call
) -> None:
    assert (await call("GET", "/nothing")).status_code == 404
    for path in ("/storage/v1/b", "/upload/storage/v1/b", "/oauth2/v3/certs", "/v1/projects"):
        assert (await http.post(emulator.url + path)).status_code == 404


async def test_other_machines_may_not_use_the_control_endpoints() -> None:
    async def handler(_request: Request) -> Response:
        return Response()

    guarded = loopback_only(handler)
    assert (await guarded(Request({"type": "http", "client": ("127.0.0.1", 1)}))).status_code == 200
    for client in (("10.1.2.3", 1), None):
        with pytest.raises(JsonError) as refusal:
            await guarded(Request({"type": "http", "client": client}))
        assert refusal.value.status == 403


async def _certs(emulator: Emulator) -> dict[str, str]:
    async with httpx.AsyncClient() as http:
        certs: dict[str, str] = (await http.get(emulator.certs_url)).json()
        return certs
