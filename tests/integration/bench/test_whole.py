"""A bare whole does all that it is measured for, and fails where it could not."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import grpc
import httpx
import pytest
import pytest_asyncio

from bench.children import BareWhole, bare_whole
from bench.items import Item
from bench.seeding import make_bare_schema, make_uploads
from catalog.emulator.keys import EmulatorKeys, SigningKey

COUNT = 3
STATUSES = "SELECT status FROM bare.uploads WHERE original_filename = $1"
_ANSWER_SECONDS = 20.0


@pytest.fixture(scope="module")
def keys() -> EmulatorKeys:
    """Ours, and one that nobody was told of."""
    return EmulatorKeys.generate()


@pytest_asyncio.fixture
async def connection(database: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    connection = await asyncpg.connect(database)
    await make_bare_schema(connection)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def whole(
    database: str, connection: "asyncpg.Connection[asyncpg.Record]"
) -> AsyncIterator[BareWhole]:
    async with bare_whole(database) as servers:
        yield servers


def token(key: SigningKey) -> str:
    said = ".".join(_base64(part) for part in (b'{"alg": "RS256"}', b'{"aud": "us"}'))
    return f"{said}.{_base64(key.sign(said.encode()))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def pushed(whole: BareWhole, key: SigningKey) -> int:
    headers = {"authorization": f"Bearer {token(key)}"}
    async with httpx.AsyncClient(trust_env=False, timeout=_ANSWER_SECONDS) as client:
        url = f"http://127.0.0.1:{whole.http_port}/"
        return (await client.post(url, content=b"{}", headers=headers)).status_code


async def called(whole: BareWhole) -> bytes:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{whole.grpc_port}") as channel:
        method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
        method = channel.unary_unary("/bench.Bare/Init")
        return await method(b"", timeout=_ANSWER_SECONDS)


async def test_each_bare_init_makes_an_upload_that_was_not_there(
    whole: BareWhole,
    connection: "asyncpg.Connection[asyncpg.Record]",
    keys: EmulatorKeys,
    tmp_path: Path,
) -> None:
    file = tmp_path / "account.json"
    file.write_text(json.dumps({"private_key": keys.signer.pem()}), "utf-8")
    ready = {"tag": "init", "count": COUNT, "key_file": str(file)}
    await whole.hand.do("prepare_init", **ready)
    assert [await called(whole) for _ in range(COUNT)] == [b""] * COUNT
    assert len(await connection.fetch(STATUSES, "init.mp4")) == COUNT
    with pytest.raises(grpc.aio.AioRpcError):
        await called(whole)
    await whole.hand.do("prepare_init", **ready)
    with pytest.raises(grpc.aio.AioRpcError):
        await called(whole)


async def test_each_bare_push_completes_an_upload_that_waits_and_no_forged_one_does(
    whole: BareWhole, connection: "asyncpg.Connection[asyncpg.Record]", keys: EmulatorKeys
) -> None:
    await make_uploads(connection, [Item("push", number) for number in range(COUNT)], schema="bare")
    certificate = keys.oidc.certificate_pem()
    await whole.hand.do("prepare_push", tag="push", count=COUNT, certificate=certificate)
    assert await pushed(whole, keys.signer) == 401
    assert [await pushed(whole, keys.oidc) for _ in range(2)] == [204] * 2
    rows = await connection.fetch(STATUSES, "push.mp4")
    assert sorted(row["status"] for row in rows) == ["completed", "completed", "pending"]
    assert await pushed(whole, keys.oidc) == 204
    assert await pushed(whole, keys.oidc) == 500
