"""The reference client beside curl and hashlib."""

from collections.abc import Sequence

from bench.activity import LAPS, Activity
from bench.sample import Measured
from bench.scenarios.file_to_send import file_to_send
from bench.stage import Stage, measured


async def _upload(stage: Stage, seconds: float) -> Measured:
    file, url = str(file_to_send(stage)), f"http://127.0.0.1:{stage.bare.sink_port}/"
    return measured(await stage.working.do("client_upload", url=url, file=file, seconds=seconds))


async def _hash(stage: Stage, seconds: float) -> Measured:
    file = str(file_to_send(stage))
    return measured(await stage.working.do("client_hash", file=file, seconds=seconds))


ACTIVITIES: Sequence[Activity] = (
    Activity(
        "client_upload", "client", "the client's transfer to a sink; bytes", _upload, laps=LAPS
    ),
    Activity("client_hash", "client", "the client's MD5 of a file; bytes", _hash, laps=LAPS),
)
