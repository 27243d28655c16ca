"""One push: an HTTP request with a token, answered or not within the acknowledge deadline."""

import asyncio
from dataclasses import dataclass

import httpx

from catalog.emulator.issuer import OidcIssuer
from catalog.emulator.settings import EmulatorSettings

# [push-docs] any other status is a negative acknowledgement.
ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})

# As seen on real pushes.
_USER_AGENT = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"


@dataclass(frozen=True, slots=True)
class PushTarget:
    """Where pushes go and what their token's audience says.

    [pubsub-discovery] without a configured audience it is the push endpoint's URL.
    """

    endpoint: str
    audience: str | None = None
    account: str | None = None
    """Whom the token names; None = the emulator's push account."""
    anonymous: bool = False
    """[push-docs] a subscription without an OIDC token pushes without Authorization."""

    @property
    def token_audience(self) -> str:
        """The ``aud`` claim."""
        return self.audience or self.endpoint


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """The class of an answer as [push-troubleshooting] counts them, and its status if any."""

    outcome: str
    status: int | None = None

    @property
    def acknowledged(self) -> bool:
        """True when the message needs no further delivery."""
        return self.outcome == "ack"


class PushClient:
    """Pushes over kept connections; at most ``push_concurrency`` at a time."""

    def __init__(self, settings: EmulatorSettings, issuer: OidcIssuer) -> None:
        self._deadline = settings.ack_deadline_seconds
        self._issuer = issuer
        self._slots = asyncio.Semaphore(settings.push_concurrency)
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._http = self._new_http()

    async def push(
        self,
        target: PushTarget,
        body: bytes,
        token: str | None = None,
        deadline_seconds: float | None = None,
    ) -> PushAnswer:
        """POST a body with a bearer token, the subscription's own unless one is given.

        [pubsub-discovery] the acknowledge deadline is the timeout of the request.
        """
        headers = {"Content-Type": "application/json", "User-Agent": _USER_AGENT}
        if token is not None or not target.anonymous:
            bearer = token or self._issuer.push_token(target.token_audience, target.account)
            headers["Authorization"] = f"Bearer {bearer}"
        async with self._slots:
            try:
                async with asyncio.timeout(deadline_seconds or self._deadline):
                    answer = await self._http.post(target.endpoint, content=body, headers=headers)
            except TimeoutError:
                return PushAnswer("deadline_exceeded")
            except (httpx.HTTPError, httpx.InvalidURL):
                return PushAnswer("unreachable")
        return PushAnswer(_outcome(answer.status_code), answer.status_code)

    async def reset(self) -> None:
        """Close the kept connections, before whoever they lead to does: a push that is cancelled
        while it clears away dead connections would leave some of them open.
        """
        http, self._http = self._http, self._new_http()
        await http.aclose()

    async def close(self) -> None:
        """Close the kept connections for good."""
        await self._http.aclose()

    def _new_http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._tls,
            timeout=None,  # noqa: S113 - one deadline over the whole request, in push
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
            trust_env=False,
        )


def _outcome(status: int) -> str:
    if status in ACKNOWLEDGED:
        return "ack"
    classes = {4: "remote_server_4xx", 5: "remote_server_5xx"}
    return classes.get(status // 100, "invalid")
