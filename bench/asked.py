"""Jobs that are asked for by JSON lines on standard input, and answered on standard output."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Job = Callable[..., Awaitable[dict[str, object]]]


async def answer(jobs: Mapping[str, Job]) -> None:
    """Work until the input ends: whoever started us is gone then, or done."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await _answered(line, jobs)), flush=True)


async def _answered(line: str, jobs: Mapping[str, Job]) -> dict[str, Any]:
    asked = json.loads(line)
    try:
        return {"done": await jobs[asked["job"]](**asked["arguments"])}
    except Exception as fault:  # noqa: BLE001 - whoever asked decides what it means
        return {"failed": _said(fault)}


def _said(fault: BaseException) -> str:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return f"{type(fault).__name__}: {fault}"
