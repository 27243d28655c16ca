"""One push: an HTTP request with a token, answered or not within the acknowledge deadline."""

import asyncio
import ssl
from dataclasses import dataclass

import httpx

from catalog.emulator.issuer import OidcIssuer
from catalog.emulator.settings import EmulatorSettings

# [push-docs] any other status is a negative acknowledgement.
ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})

# As seen on real pushes.
_USER_AGENT = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"


_CLOSE_SECONDS = 5.0


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
    """Pushes over kept connections; at most ``push_concurrency`` at a time.

    A caller that is cancelled leaves its request to end by itself: cancelling httpx from outside
    while it tidies its connections up loses some of them unclosed.
    """

    def __init__(self, settings: EmulatorSettings, issuer: OidcIssuer) -> None:
        self._issuer = issuer
        self._slots = asyncio.Semaphore(settings.push_concurrency)
        self._requests: set[asyncio.Task[PushAnswer]] = set()
        self._deadline = settings.ack_deadline_seconds
        self._tls = ssl.create_default_context()
        self._clients: list[httpx.AsyncClient] = []
        self._idle: list[httpx.AsyncClient] = []

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
            request = asyncio.create_task(
                self._post(target.endpoint, body, headers, deadline_seconds or self._deadline)
            )
            self._requests.add(request)
            request.add_done_callback(self._requests.discard)
            return await asyncio.shield(request)

    async def reset(self) -> None:
        """Close the connections that are not in use, before whoever they lead to does."""
        idle, self._idle = self._idle, []
        for client in idle:
            self._clients.remove(client)
            await client.aclose()

    async def close(self) -> None:
        """Close all connections, those with an unanswered push as well."""
        for client in self._clients:
            await client.aclose()
        if self._requests:
            await asyncio.wait(self._requests, timeout=_CLOSE_SECONDS)

    async def _post(
        self, endpoint: str, body: bytes, headers: dict[str, str], deadline_seconds: float
    ) -> PushAnswer:
        client = self._idle.pop() if self._idle else self._new_client()
        try:
            answer = await client.post(
                endpoint, content=body, headers=headers, timeout=deadline_seconds
            )
        except httpx.TimeoutException:
            return PushAnswer("deadline_exceeded")
        except (httpx.HTTPError, httpx.InvalidURL):
            return PushAnswer("unreachable")
        finally:
            self._idle.append(client)
        return PushAnswer(_outcome(answer.status_code), answer.status_code)

    def _new_client(self) -> httpx.AsyncClient:
        """One client a request in flight: a shared pool looks at all connections each time."""
        client = httpx.AsyncClient(timeout=self._deadline, verify=self._tls, trust_env=False)
        self._clients.append(client)
        return client


def _outcome(status: int) -> str:
    if status in ACKNOWLEDGED:
        return "ack"
    classes = {4: "remote_server_4xx", 5: "remote_server_5xx"}
    return classes.get(status // 100, "invalid")
