"""The reference client at what costs it most: hashing a file and sending it."""

import hashlib
import time
from pathlib import Path

from bench.bare.repeated import repeated_at_once
from bench.load.closed_loop import own_cpu
from catalog.client.digest import md5_hex
from catalog.client.progress import silent
from catalog.client.settings import ClientSettings
from catalog.client.source import SourceFile
from catalog.client.state import OpenSession
from catalog.client.storage import Storage
from catalog.client.tally import Tally
from catalog.client.transfer import Transfer

CHUNK_BYTES = 8 * 1024 * 1024
"""What the service recommends."""


async def client_upload(*, url: str, file: str, seconds: float) -> dict[str, object]:
    """Send the whole file over a session, again and again; operations are bytes."""
    sent, cpu, began = 0, own_cpu(), time.perf_counter()
    async with Storage(ClientSettings()) as storage, SourceFile(Path(file)) as source:
        while time.perf_counter() - began < seconds:
            await _transfer(storage, source, url).begin()
            sent += source.size
    took = time.perf_counter() - began
    return {"operations": sent, "seconds": took, "cpu_seconds": own_cpu() - cpu}


def _transfer(storage: Storage, source: SourceFile, url: str) -> Transfer:
    return Transfer(
        storage=storage,
        session=OpenSession("u", "b", "o", "", CHUNK_BYTES, url),
        source=source,
        md5_hex="0" * 32,
        settings=ClientSettings(),
        listener=silent,
        on_persisted=lambda _: None,
        tally=Tally(),
    )


async def client_hash(*, file: str, seconds: float) -> dict[str, object]:
    """Hash the file as the client does; operations are bytes."""
    hashed, cpu, began = 0, own_cpu(), time.perf_counter()
    async with SourceFile(Path(file)) as source:
        while time.perf_counter() - began < seconds:
            await md5_hex(source, ClientSettings().hash_block_bytes, silent)
            hashed += source.size
    took = time.perf_counter() - began
    return {"operations": hashed, "seconds": took, "cpu_seconds": own_cpu() - cpu}


async def bare_hash(*, file: str, seconds: float) -> dict[str, object]:
    """Hash the file as hashlib's own documentation does: `file_digest`."""
    path = Path(file)

    def once() -> None:
        with path.open("rb") as opened:
            hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False))

    return repeated_at_once(once, seconds=seconds, weight=path.stat().st_size)
