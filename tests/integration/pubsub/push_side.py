"""Our side of push tokens against a real certificate endpoint, with a clock that jumps."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx

from catalog.adapters.pubsub.certificates import CertificateCache
from catalog.adapters.pubsub.push_tokens import PushTokens
from catalog.application.metrics.metric import Measures
from catalog.application.push_errors import (
    PushForbiddenError,
    PushUnauthenticatedError,
    PushUndecidedError,
)
from tests.integration.pubsub.certs_server import CertsServer, certs_server
from tests.unit.adapters.pubsub.tokens import AUDIENCE, EMAIL, NOW, IssuerPair, token


@dataclass
class PushSide:
    """Everything a test of outages and rotations needs."""

    issuer: CertsServer
    certificates: CertificateCache
    tokens: PushTokens = field(init=False)
    elapsed: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = PushTokens(
            certificates=self.certificates, audiences=[AUDIENCE], email=EMAIL, now=self.now
        )

    def now(self) -> float:
        """Unix seconds."""
        return NOW + self.elapsed

    def token(self, pair: IssuerPair | None = None, **claims: object) -> str:
        """Mint a token as of the moment."""
        iat = int(self.now())
        return token(pair, **({"iat": iat, "exp": iat + 3600} | claims))

    async def accepts(self, text: str) -> bool:
        """True when a push with the token passes."""
        try:
            await self.tokens.authenticate(f"Bearer {text}")
        except (PushUnauthenticatedError, PushForbiddenError, PushUndecidedError):
            return False
        return True


@contextlib.asynccontextmanager
async def push_side(
    *pairs: IssuerPair,
    fetch_deadline: float = 30.0,
    stale_wait: float = 30.0,
    measures: Measures | None = None,
) -> AsyncIterator[PushSide]:
    """Start an issuer that shows the pairs; nothing is fetched yet."""
    async with certs_server(*pairs) as issuer, httpx.AsyncClient(trust_env=False) as client:
        certificates = CertificateCache(
            client,
            issuer.url,
            clock=lambda: side.elapsed,
            fetch_deadline_seconds=fetch_deadline,
            stale_wait_seconds=stale_wait,
            measures=measures,
        )
        side = PushSide(issuer, certificates)
        yield side
        await certificates.aclose()
