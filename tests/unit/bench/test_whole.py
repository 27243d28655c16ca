"""A bare Init signs, though nobody is shown the signature."""

import gc
from typing import cast

import asyncpg

from bench.bare.whole import BareInit


class Taking:
    """A pool that takes every row."""

    async def fetchrow(self, *_: object) -> object:
        return object()


async def test_every_bare_init_signs_once() -> None:
    signed: list[bytes] = []

    def sign() -> bytes:
        signed.append(b"signature")
        return signed[-1]

    bare = BareInit(cast("asyncpg.Pool[asyncpg.Record]", Taking()), lambda _: sign)
    await bare.prepare(tag="any", count=2, key_file="any")
    gc.unfreeze()  # preparing freezes a process that is to serve, and this is none
    for done in (1, 2):
        await bare.answer(b"", None)
        assert len(signed) == done
