"""All bare parts of a path in one call: what a service costs that does nothing besides."""

import gc
from collections.abc import Callable, Iterator, Sequence

import asyncpg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from starlette.requests import Request
from starlette.responses import Response

from bench.bare.crypto import claims_of, key_in, signing
from bench.bare.statements import Completing, upserts

_BEARER = len("Bearer ")


class BareInit:
    """An empty call with Init's statement and one signature in it."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        signing_with: Callable[[str], Callable[[], bytes]] = signing,
    ) -> None:
        self._pool = pool
        self._signing_with = signing_with
        self._text = ""
        self._rows: Iterator[Sequence[object]] = iter(())
        self._sign: Callable[[], bytes]

    async def prepare(self, *, tag: str, count: int, key_file: str) -> dict[str, object]:
        """Make ready for so many calls: each is to write the next item of the tag."""
        self._sign = self._signing_with(key_file)
        self._text, rows = upserts(tag, count)
        self._rows = iter(rows)
        _settle()
        return {}

    async def answer(self, _request: bytes, _context: object) -> bytes:
        """Do all of it. Raises LookupError where the row was there, and when none is left."""
        row = next(self._rows, None)
        if row is None or await self._pool.fetchrow(self._text, *row) is None:
            raise LookupError("a bare Init made nothing")
        self._sign()
        return b""


class BarePush:
    """A POST with a token check and a completion in it."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._numbers = iter(range(0))
        self._completing: Completing
        self._key: RSAPublicKey

    async def prepare(self, *, tag: str, count: int, certificate: str) -> dict[str, object]:
        """Make ready for so many posts: each is to complete the next item of the tag."""
        self._key = key_in(certificate)
        self._completing = Completing.of(tag, count)
        self._numbers = iter(range(count))
        _settle()
        return {}

    async def answer(self, request: Request) -> Response:
        """Do all of it, or say 401 for a token that the key did not sign.

        Raises LookupError when none is left, AssertionError for an upload that does not wait.
        """
        try:
            claims_of(request.headers["authorization"][_BEARER:], self._key)
        except InvalidSignature:
            return Response(status_code=401)
        await request.body()
        number = next(self._numbers, None)
        if number is None:
            raise LookupError("a bare push has nothing to complete")
        await self._completing.one(self._pool, number)
        return Response(status_code=204)


def _settle() -> None:
    """Keep what was prepared out of the collector's way, as the service does after its start."""
    gc.collect()
    gc.freeze()
