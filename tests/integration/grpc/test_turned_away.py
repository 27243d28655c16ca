"""Calls that a process turns away as it ends are told apart from those that it failed."""

import asyncio
from dataclasses import replace

import grpc

from catalog.adapters.grpc.telling import Told
from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.metrics.process import RPC_COUNT
from catalog.application.metrics.uploads import INIT_COUNT
from tests.integration.grpc.service import GUARD, refusal, serving

METHOD = "UploadService/InitResumableUpload"


async def test_what_a_stopping_process_refuses_counts_as_turned_away() -> None:
    measures = MemoryMeasures()
    async with serving(guard=replace(GUARD, told=Told(measures))) as service:
        refused = await refusal(service, f"/video.v1.{METHOD}", metadata=())
        assert refused.code() is grpc.StatusCode.UNAUTHENTICATED
        stopping = asyncio.create_task(service.server.stop(120, refusal_seconds=60))
        await asyncio.sleep(0)  # its first step closes the door
        calls = [refusal(service, f"/video.v1.{METHOD}") for _ in range(3)]
        codes = [error.code() for error in await asyncio.gather(*calls)]
        assert codes == [grpc.StatusCode.UNAVAILABLE] * 3
        stopping.cancel()  # the rest of the minute is for nobody
        await asyncio.wait([stopping])
    assert measures.count(INIT_COUNT, result="turned_away") == 3
    assert measures.count(RPC_COUNT, method=METHOD, code="UNAVAILABLE") == 3
