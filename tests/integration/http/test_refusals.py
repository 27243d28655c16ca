"""Strangers are refused before a byte of their body is read."""

import pytest

from tests.integration.http.sidecar import PATH, head, running, wire
from tests.unit.adapters.http.pushes import a_push, body


async def test_a_refused_push_is_answered_before_its_body_is_sent() -> None:
    async with running() as sidecar:
        for headers, status in [
            ((), 401),
            (("authorization: Bearer forged",), 401),
            (("authorization: Bearer forbidden",), 403),
        ]:
            async with wire(sidecar) as line:
                await line.send(head(1_000_000, *headers))
                assert await line.answer() == (status, b"")
    assert (sidecar.desk.arrivals, sidecar.desk.quarantine) == ([], {})


async def test_a_refused_client_may_send_on_and_use_its_connection_again() -> None:
    content = body(a_push())
    async with running() as sidecar, wire(sidecar) as line:
        await line.send(head(len(content)) + content)
        assert (await line.answer())[0] == 401
        await line.send(head(len(content), "authorization: Bearer good") + content)
        assert (await line.answer())[0] == 204
    assert len(sidecar.desk.arrivals) == 1


@pytest.mark.parametrize("second", ["Bearer good", "Bearer forged", ""])
async def test_two_authorization_headers_are_nobodys(second: str) -> None:
    async with running() as sidecar, wire(sidecar) as line:
        both = ("authorization: Bearer good", f"Authorization: {second}")
        await line.send(head(5, *both) + b"12345")
        assert await line.answer() == (401, b"")
    assert not sidecar.doorman.asked.is_set()


async def test_a_token_elsewhere_than_in_its_header_is_none() -> None:
    async with running() as sidecar:
        answer = await sidecar.client.post(f"{PATH}?access_token=good", content=body(a_push()))
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_poison_from_a_stranger_is_not_kept() -> None:
    async with running() as sidecar:
        assert (await sidecar.push(b"{", {})).status_code == 401
    assert sidecar.desk.quarantine == {}


async def test_other_methods_and_paths_have_empty_answers() -> None:
    async with running() as sidecar:
        for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
            answer = await sidecar.client.request(method, PATH)
            assert (answer.status_code, answer.content) == (405, b"")
            assert answer.headers["allow"] == "POST"
        for path in ("/", "/_/gcs", f"{PATH}/", f"{PATH}/x", "/docs", "/healthz/"):
            answer = await sidecar.client.post(path)
            assert (answer.status_code, answer.content) == (404, b""), path
    assert not sidecar.doorman.asked.is_set()


async def test_a_token_of_64_kib_is_refused_like_any_other() -> None:
    async with running() as sidecar:
        answer = await sidecar.push(b"{}", {"authorization": "Bearer " + "x" * 65536})
    assert (answer.status_code, answer.content) == (401, b"")
