"""The bare parts as activities."""

import asyncio
import shutil
from collections.abc import Sequence

import httpx

from bench.activity import LAPS, Activity
from bench.bare.servers import SELECTED, SELECTED_TAG
from bench.items import Item
from bench.sample import Measured
from bench.scenarios.file_to_send import FILE_BYTES, file_to_send
from bench.seeding import make_uploads
from bench.stage import WARM_SECONDS, Stage, measured


async def _empty_call(stage: Stage, seconds: float) -> Measured:
    return await _bare_call(stage, seconds, "empty")


async def _call_with_select(stage: Stage, seconds: float) -> Measured:
    return await _bare_call(stage, seconds, "select")


async def _bare_call(stage: Stage, seconds: float, kind: str) -> Measured:
    return measured(
        await stage.asking.do(
            "load_grpc",
            kind=kind,
            port=stage.bare.grpc_port,
            server=stage.bare.pid,
            seconds=seconds,
            warm_seconds=WARM_SECONDS,
            tag=SELECTED_TAG,
            count=64,
            again=True,
        )
    )


async def _empty_post(stage: Stage, seconds: float) -> Measured:
    return measured(
        await stage.asking.do(
            "load_http",
            port=stage.bare.http_port,
            server=stage.bare.pid,
            seconds=seconds,
            warm_seconds=WARM_SECONDS,
            path="/",
            token=stage.token,
            count=64,
            again=True,
        )
    )


async def _statement(stage: Stage, job: str, seconds: float, tag: str, count: int) -> Measured:
    return measured(
        await stage.working.do(
            job, dsn=stage.dsn, tag=tag, count=count, seconds=seconds, warm_seconds=WARM_SECONDS
        )
    )


async def _upsert(stage: Stage, seconds: float) -> Measured:
    # It has a core to itself, so it gets through more than any scenario.
    tag, count = stage.fresh_tag("bare_upsert"), 4 * stage.most(seconds)
    return await _statement(stage, "bare_upsert", seconds, tag, count)


async def _select(stage: Stage, seconds: float) -> Measured:
    return await _statement(stage, "bare_select", seconds, SELECTED_TAG, SELECTED)


async def _completion(stage: Stage, seconds: float) -> Measured:
    tag, count = stage.fresh_tag("bare_completion"), stage.most(seconds)
    items = [Item(tag, number) for number in range(count)]
    await make_uploads(stage.database, items, schema="bare")
    return await _statement(stage, "bare_completion", seconds, tag, count)


async def _signature(stage: Stage, seconds: float) -> Measured:
    file = str(stage.emulator.service_account_file)
    return measured(await stage.working.do("signature", key_file=file, seconds=seconds))


async def certificate_of(stage: Stage) -> str:
    """Fetch what push tokens are verified with, in PEM."""
    async with httpx.AsyncClient(trust_env=False) as client:
        certificates = (await client.get(stage.emulator.certs_url)).json()
    return str(certificates[stage.emulator.issuer.kid])


async def _token_check(stage: Stage, seconds: float) -> Measured:
    certificate = await certificate_of(stage)
    return measured(
        await stage.working.do(
            "token_check", token=stage.token, certificate=certificate, seconds=seconds
        )
    )


async def _relay(stage: Stage, seconds: float) -> Measured:
    events = max(2_000, round(seconds * 10_000))
    return measured(await stage.working.do("bare_relay", dsn=stage.dsn, events=events))


async def _curl(stage: Stage, seconds: float) -> Measured:
    file, url = file_to_send(stage), f"http://127.0.0.1:{stage.bare.sink_port}/"
    curl = shutil.which("curl")
    if curl is None:
        return Measured(0, 0.0)
    sent, took = 0, 0.0
    while took < seconds:
        process = await asyncio.create_subprocess_exec(
            *(curl, "-sS", "--fail", "-T", str(file), "-o", "/dev/null"),
            *("-w", "%{time_total}", url),
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
        if process.returncode != 0:
            return Measured(sent, took, errors=1)
        sent, took = sent + FILE_BYTES, took + float(said)
    return Measured(sent, took)


async def _hash(stage: Stage, seconds: float) -> Measured:
    return measured(
        await stage.working.do("bare_hash", file=str(file_to_send(stage)), seconds=seconds)
    )


ACTIVITIES: Sequence[Activity] = (
    Activity(
        "empty_call",
        "bare",
        "empty grpc.aio unary call, same options, uvloop",
        _empty_call,
        laps=LAPS,
    ),
    Activity(
        "call_with_select",
        "bare",
        "the same with one bare select in it",
        _call_with_select,
        laps=LAPS,
    ),
    Activity(
        "bare_upsert", "bare", "Init's statement through asyncpg, same pool", _upsert, laps=LAPS
    ),
    Activity(
        "bare_select",
        "bare",
        "GetUpload's statement through asyncpg, same pool",
        _select,
        laps=LAPS,
    ),
    Activity(
        "bare_completion",
        "bare",
        "begin, claim, complete, commit through asyncpg",
        _completion,
        laps=LAPS,
    ),
    Activity("signature", "bare", "one RSA-2048 signature", _signature, laps=LAPS),
    Activity(
        "token_check", "bare", "one token: RS256 verified, claims read", _token_check, laps=LAPS
    ),
    Activity(
        "empty_post", "bare", "empty Starlette POST, same uvicorn settings", _empty_post, laps=LAPS
    ),
    Activity("bare_relay", "bare", "claim 100, mark 100, commit", _relay),
    Activity(
        "curl_upload",
        "bare",
        "curl -T to a sink on loopback; operations are bytes",
        _curl,
        laps=LAPS,
    ),
    Activity("bare_hash", "bare", "hashlib.file_digest; operations are bytes", _hash, laps=LAPS),
)
