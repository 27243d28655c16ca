"""The OpenID Connect issuer behind push tokens: keys, tokens, the certs endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from google.auth import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from catalog.emulator.answers import JsonError
from catalog.emulator.clock import Clock
from catalog.emulator.fault_switches import FaultSwitches
from catalog.emulator.faults import CertsDown
from catalog.emulator.keys import SigningKey, numeric_account_id
from catalog.emulator.settings import EmulatorSettings

TOKEN_LIFE = timedelta(hours=1)
_REUSED_FOR = timedelta(minutes=55)


@dataclass(frozen=True, slots=True)
class _Cached:
    token: str = field(repr=False)
    kid: str
    issued_at: float

    def serves(self, kid: str, now: float) -> bool:
        return self.kid == kid and 0 <= now - self.issued_at < _REUSED_FOR.total_seconds()


class _Signer:
    """What google-auth wants of a signer."""

    def __init__(self, key: SigningKey) -> None:
        self.key_id = key.kid
        self._key = key

    def sign(self, message: bytes | str) -> bytes:
        return self._key.sign(message.encode() if isinstance(message, str) else message)


class OidcIssuer:
    """Signs with the newest key; older ones stay published until they are dropped."""

    def __init__(
        self, settings: EmulatorSettings, clock: Clock, faults: FaultSwitches, key: SigningKey
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._keys = [key]
        self._certificates = {key.kid: key.certificate_pem()}
        self._cached: dict[tuple[str, str], _Cached] = {}

    @property
    def kid(self) -> str:
        """Id of the key that signs now."""
        return self._keys[-1].kid

    def rotate(self, key: SigningKey, *, drop_old: bool = False) -> None:
        """Sign with ``key`` from now on; the old certificates stay unless dropped."""
        if drop_old:
            self._keys.clear()
            self._certificates.clear()
        self._keys.append(key)
        self._certificates[key.kid] = key.certificate_pem()

    def push_token(self, audience: str, account: str | None = None) -> str:
        """The token for pushes to an audience, in the name of the push account or another.

        [push-docs] tokens may be up to an hour old and several pushes share one, so the same one
        is handed out for 55 minutes of the emulator's clock.
        """
        now = self._clock.now().timestamp()
        email = account or self._settings.push_email
        cached = self._cached.get((audience, email))
        if cached is not None and cached.serves(self.kid, now):
            return cached.token
        number = numeric_account_id(email)
        token = self.mint({"aud": audience, "email": email, "azp": number, "sub": number})
        self._cached[audience, email] = _Cached(token, self.kid, now)
        return token

    def claims(self) -> dict[str, Any]:
        """The claims of [authenticate-push]: numeric azp and sub, email_verified JSON true,
        exp - iat = 3600.
        """
        now = int(self._clock.now().timestamp())
        account = numeric_account_id(self._settings.push_email)
        return {
            "aud": self._settings.push_audience or self._settings.push_endpoint or "",
            "azp": account,
            "email": self._settings.push_email,
            "email_verified": True,
            "exp": now + int(TOKEN_LIFE.total_seconds()),
            "iat": now,
            "iss": self._settings.issuer,
            "sub": account,
        }

    def mint(
        self,
        overrides: Mapping[str, Any] | None = None,
        *,
        kid: str | None = None,
        key: SigningKey | None = None,
    ) -> str:
        """A fresh RS256 token with some claims replaced; None takes a claim away.

        ``kid`` lies about the key, ``key`` signs with one that is not published.
        """
        claims = {**self.claims(), **(overrides or {})}
        kept = {name: value for name, value in claims.items() if value is not None}
        signing = key or self._keys[-1]
        encoded: bytes = jwt.encode(  # type: ignore[no-untyped-call]  # google-auth is untyped
            _Signer(signing), kept, key_id=kid or self.kid
        )
        return encoded.decode()

    async def certs(self, _request: Request) -> Response:
        """``GET /oauth2/v1/certs``: {kid: PEM certificate} [auth-id-token], with the cache-control
        of [google-oauth-8] (max-age about 5 h 50 min there).
        """
        fault = self._faults.take(CertsDown)
        if fault is not None:
            return JsonError(fault.status, "The certificates are unavailable.").response()
        age = self._settings.certs_max_age_seconds
        cache = f"public, max-age={age}, must-revalidate, no-transform"
        return JSONResponse(self._certificates, headers={"Cache-Control": cache})
