"""A process that does one job at a time: JSON lines in, JSON lines out.

`python -m bench.hand`. Two of them run beside the service: one asks, one does bare work.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import uvloop

from bench.bare import crypto, relay, statements
from bench.grown import questions
from bench.load import jobs, mixed
from bench.scenarios import client_work, held_work

Job = Callable[..., Awaitable[dict[str, object]]]
JOBS: Mapping[str, Job] = {
    "load_grpc": jobs.load_grpc,
    "load_http": jobs.load_http,
    "load_mixed": mixed.load_mixed,
    "load_cancelled": mixed.load_cancelled,
    "paced_calls": questions.paced_calls,
    "paced_pushes": questions.paced_pushes,
    "signature": crypto.signature,
    "token_check": crypto.token_check,
    "bare_upsert": statements.bare_upsert,
    "bare_select": statements.bare_select,
    "bare_completion": statements.bare_completion,
    "bare_relay": relay.bare_relay,
    "relay_drain": relay.relay_drain,
    "relay_pace": relay.relay_pace,
    "client_upload": client_work.client_upload,
    "client_hash": client_work.client_hash,
    "bare_hash": client_work.bare_hash,
    "written_and_relayed": held_work.written_and_relayed,
    "unrelated_reads": held_work.unrelated_reads,
}


async def _answered(line: str) -> dict[str, Any]:
    asked = json.loads(line)
    try:
        return {"done": await JOBS[asked["job"]](**asked["arguments"])}
    except Exception as fault:  # noqa: BLE001 - whoever asked decides what it means
        return {"failed": _said(fault)}


def _said(fault: BaseException) -> str:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return f"{type(fault).__name__}: {fault}"


async def _serve() -> None:
    """Work until the input ends: whoever started us is gone then, or done."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await _answered(line)), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
