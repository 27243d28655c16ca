"""The issuer's keys, fetched rarely and kept through its outages."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
import structlog

from catalog.adapters.pubsub.certificate_set import (
    IssuerKey,
    MalformedCertificatesError,
    fresh_seconds,
    parse_keys,
)
from catalog.application.metrics.metric import Measures, NoMeasures
from catalog.application.metrics.pushes import CERTIFICATE_FETCHES

MAX_BODY_BYTES = 256 * 1024
UNKNOWN_KID_INTERVAL_SECONDS = 60.0
EMPTY_COOLDOWN_SECONDS = 5.0
STALE_COOLDOWN_SECONDS = 30.0

# A packed answer could be larger than its limit by its first chunk alone.
_PLAIN = {"accept-encoding": "identity"}

log = structlog.get_logger(component="push")


class CertificatesUnavailableError(Exception):
    """No answer, a refusal, or nothing usable in the answer."""


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Mapping[str, IssuerKey] = field(default_factory=dict)
    fresh_until: float = float("-inf")
    usable_until: float = float("-inf")


class CertificateCache:
    """At most one fetch at a time, whoever asks.

    Fresh keys cost nothing. Keys past their max-age are renewed first, but a
    known key is given out all the same when the issuer is slow or down, for
    `max_stale_seconds` past its freshness. An unknown key id leads to one more
    look a minute at most, so forged ids cannot flood the issuer.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        fetch_deadline_seconds: float = 5.0,
        stale_wait_seconds: float = 1.0,
        max_stale_seconds: float = 36 * 3600.0,
        measures: Measures | None = None,
    ) -> None:
        self._measures = measures or NoMeasures()
        self._client = client
        self._url = url
        self._clock = clock
        self._fetch_deadline = fetch_deadline_seconds
        self._stale_wait = stale_wait_seconds
        self._max_stale = max_stale_seconds
        self._kept = _Kept()
        self._fetching: asyncio.Task[None] | None = None
        self._retry_at = float("-inf")
        self._unknown_at = float("-inf")

    def fetch_ahead(self) -> None:
        """Begin to fetch, on the event loop, so that the first push finds keys.

        Where none can be had yet, a figure tells, and whoever asks next has them fetched again
        at once.
        """
        if self._fetching is None:
            self._begin(ahead=True)

    async def key(self, kid: str) -> IssuerKey | None:
        """Find the key of an id; None when the issuer does not have it.

        Raises CertificatesUnavailableError while no keys are held and none can be had.
        """
        if self._clock() < self._kept.fresh_until:
            if kid not in self._kept.keys and self._may_ask_for_unknown():
                await self._fetch(None)
        elif self._fetching is not None or self._clock() >= self._retry_at:
            # Whoever holds a usable key need not sit out a hanging issuer.
            await self._fetch(None if self._usable(kid) is None else self._stale_wait)
        if self._clock() >= self._kept.usable_until:
            raise CertificatesUnavailableError("no keys")
        return self._usable(kid)

    def fresh_seconds(self) -> float | None:
        """How much longer the kept keys are fresh, less than 0 past that; None without any."""
        return self._kept.fresh_until - self._clock() if self._kept.keys else None

    async def aclose(self) -> None:
        """End a fetch under way. Safe to repeat."""
        task, self._fetching = self._fetching, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def _usable(self, kid: str) -> IssuerKey | None:
        return self._kept.keys.get(kid) if self._clock() < self._kept.usable_until else None

    def _may_ask_for_unknown(self) -> bool:
        """Once a minute; to join a fetch under way costs nothing."""
        if self._fetching is None:
            now = self._clock()
            if now < self._unknown_at + UNKNOWN_KID_INTERVAL_SECONDS:
                return False
            self._unknown_at = now
        return True

    async def _fetch(self, wait_seconds: float | None) -> None:
        """Start or join the one fetch; a caller that gives up does not end it for the others."""
        fetching = self._fetching or self._begin()
        await asyncio.wait({fetching}, timeout=wait_seconds)

    def _begin(self, *, ahead: bool = False) -> asyncio.Task[None]:
        fetching = asyncio.create_task(self._refresh(ahead=ahead), name="issuer-certificates")
        self._fetching = fetching
        return fetching

    async def _refresh(self, *, ahead: bool) -> None:
        try:
            async with asyncio.timeout(self._fetch_deadline):
                self._kept = await self._asked()
            self._measures.add(CERTIFICATE_FETCHES, result="ok")
        except (CertificatesUnavailableError, MalformedCertificatesError) as fault:
            self._failed(str(fault), ahead=ahead)
        except Exception as fault:  # noqa: BLE001 - whatever broke, the kept keys go on serving
            self._failed(type(fault).__name__, ahead=ahead)
        finally:
            self._fetching = None

    def _failed(self, reason: str, *, ahead: bool) -> None:
        self._measures.add(CERTIFICATE_FETCHES, result="failed")
        if ahead:
            return
        now = self._clock()
        usable = now < self._kept.usable_until
        self._retry_at = now + (STALE_COOLDOWN_SECONDS if usable else EMPTY_COOLDOWN_SECONDS)
        log.warning("push_certificates_unavailable", reason=reason, serving_kept=usable)

    async def _asked(self) -> _Kept:
        async with self._client.stream("GET", self._url, headers=_PLAIN) as answer:
            if answer.status_code != httpx.codes.OK:
                raise CertificatesUnavailableError(f"status {answer.status_code}")
            if "content-encoding" in answer.headers:
                raise CertificatesUnavailableError("packed unasked")
            body = await _limited(answer)
        fresh_until = self._clock() + fresh_seconds(answer.headers)
        keys = parse_keys(body, self._kept.keys)
        return _Kept(keys, fresh_until, fresh_until + self._max_stale)


async def _limited(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise CertificatesUnavailableError(f"over {MAX_BODY_BYTES} bytes")
    return bytes(body)
