"""Refusals of the storage endpoints, in the dress of the XML API and of the JSON API."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from xml.sax.saxutils import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from catalog.emulator.v4 import V4Error

# Seen on error responses of the service in public captures.
_XML_HEADERS = {"Cache-Control": "private, max-age=0"}

_JSON_REASONS = {
    400: "invalid",
    401: "required",
    403: "forbidden",
    404: "notFound",
    412: "conditionNotMet",
    501: "notImplemented",
    503: "backendError",
}


class Refusal(Exception, ABC):  # noqa: N818 - a word of the trade, not a fault of the program
    """A request that is answered with an error; the children give it a form."""

    @abstractmethod
    def response(self) -> Response:
        """What to send."""


class XmlError(Refusal):
    """An XML API refusal: ``<Error><Code>..</Code><Message>..</Message>..</Error>``.

    [reference-status] gives the form and the code names.
    """

    def __init__(self, status: int, code: str, message: str, **extra: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.fields: dict[str, str] = {"Code": code, "Message": message, **extra}

    @classmethod
    def of(cls, error: V4Error) -> "XmlError":
        """A signature refusal, with the canonical request echoed as the service echoes it."""
        extra = {
            "Details": error.details,
            "ParameterName": error.parameter_name,
            "StringToSign": error.string_to_sign,
            "CanonicalRequest": error.canonical_request,
        }
        return cls(error.status, error.code, error.message, **{k: v for k, v in extra.items() if v})

    def response(self) -> Response:
        """The answer, declared as ``application/xml; charset=UTF-8``."""
        body = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in self.fields.items())
        return Response(
            f"<?xml version='1.0' encoding='UTF-8'?><Error>{body}</Error>",
            self.status,
            _XML_HEADERS,
            "application/xml; charset=UTF-8",
        )


class PlainError(Refusal):
    """A ``text/plain`` refusal, which the upload servers use for offsets [java-put-test]."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text

    def response(self) -> Response:
        """The text alone."""
        return PlainTextResponse(self.text, self.status)


class JsonError(Refusal):
    """A JSON API refusal, in the form google-cloud-storage parses."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.headers = headers

    def response(self) -> Response:
        """``{"error": {"code", "message", "errors": [{"message", "domain", "reason"}]}}``."""
        reason = _JSON_REASONS.get(self.status, "internalError")
        detail = {"message": self.message, "domain": "global", "reason": reason}
        error = {"code": self.status, "message": self.message, "errors": [detail]}
        return JSONResponse({"error": error}, self.status, self.headers)


async def answer_refusal(_request: Request, error: Exception) -> Response:
    """Starlette's exception handler for every refusal of this module."""
    assert isinstance(error, Refusal)
    return error.response()


async def answer_http_exception(_request: Request, error: Exception) -> Response:
    """Unknown paths and methods of the control and JSON endpoints."""
    assert isinstance(error, HTTPException)
    return JsonError(error.status_code, error.detail).response()
