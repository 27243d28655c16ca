"""IAM Credentials' signBlob, and a token endpoint so that the key file's credentials work."""

import base64
import binascii
import json
import secrets
from typing import Any
from urllib.parse import parse_qsl

from google.auth import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from catalog.emulator.answers import JsonError
from catalog.emulator.state import EmulatorState

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TOKEN_LIFE_SECONDS = 3600


class IamApi:
    """Signs with the emulator's signer key for anyone who brings any bearer token."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def sign_blob(self, request: Request) -> Response:
        """``POST /v1/projects/-/serviceAccounts/{email}:signBlob``.

        [iamcredentials-discovery] takes ``{"payload": base64}`` and answers ``keyId`` and
        ``signedBlob``; [creating-signatures] the caller needs a credential of its own.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise JsonError(401, "Request is missing required authentication credential.")
        if request.path_params["email"] != self._state.settings.signer_email:
            raise JsonError(404, "Requested entity was not found.")
        payload = await _payload(request)
        signed = base64.b64encode(self._state.signer.sign(payload)).decode()
        return JSONResponse({"keyId": self._state.signer.kid, "signedBlob": signed})

    async def token(self, request: Request) -> Response:
        """``POST /token``: an access token for an assertion signed with the key file's key."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        if form.get("grant_type") != _JWT_BEARER:
            raise JsonError(400, "invalid_grant")
        certificates = {self._state.signer.kid: self._state.signer.certificate_pem()}
        try:
            jwt.decode(  # type: ignore[no-untyped-call]  # google-auth is untyped
                form.get("assertion", ""), certs=certificates
            )
        except (ValueError, TypeError):
            raise JsonError(400, "invalid_grant") from None
        token = f"ya29.emulator-{secrets.token_urlsafe(32)}"
        answer = {"access_token": token, "expires_in": _TOKEN_LIFE_SECONDS, "token_type": "Bearer"}
        return JSONResponse(answer)


async def _payload(request: Request) -> bytes:
    try:
        body: Any = json.loads(await request.body())
        return base64.b64decode(body["payload"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise JsonError(400, "Invalid value at 'payload' (TYPE_BYTES)") from None
