"""The refusals of a V4 signed URL, each with the status and code that the service answers."""

from dataclasses import dataclass


@dataclass(eq=False)  # not frozen: Python sets __traceback__ on exceptions
class V4Error(Exception):
    """One refusal; empty strings are left out of the answer."""

    status: int
    code: str
    message: str
    details: str = ""
    parameter_name: str = ""
    string_to_sign: str = ""
    canonical_request: str = ""

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


def signature_mismatch(canonical_request: str, string_to_sign: str) -> V4Error:
    """403 with both strings, as seen in several public captures of 2024 and 2025."""
    return V4Error(
        403,
        "SignatureDoesNotMatch",
        "Access denied.",
        "The request signature we calculated does not match the signature you provided. "
        "Check your Google secret key and signing method.",
        string_to_sign=string_to_sign,
        canonical_request=canonical_request,
    )


def header_missing(name: str) -> V4Error:
    """400, as in a public capture of 2019."""
    return V4Error(
        400,
        "MalformedSecurityHeader",
        "Your request has a malformed header.",
        "Header was included in signedheaders, but not in the request.",
        parameter_name=name,
    )


def malformed(parameter: str, details: str) -> V4Error:
    """400 for a signing parameter that cannot be right; the service's exact text is not known."""
    return V4Error(
        400,
        "MalformedSecurityHeader",
        "Your request has a malformed header.",
        details,
        parameter_name=parameter,
    )


def expired() -> V4Error:
    """400 and not 403, as noted publicly in 2026."""
    return V4Error(400, "ExpiredToken", "Invalid argument.")


def future_date() -> V4Error:
    """A URL that is not usable yet; code from "reference-status", its use here is a guess."""
    return V4Error(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the server's time is too large.",
    )


def no_credentials() -> V4Error:
    """403 for a request that carries no signing parameters at all."""
    return V4Error(
        403,
        "AccessDenied",
        "Access denied.",
        "Anonymous caller does not have storage.objects.create access to the object.",
    )


def unknown_authorizer(email: str) -> V4Error:
    """403 for an account without a key here."""
    details = f"{email} does not have storage.objects.create access to the object."
    return V4Error(403, "AccessDenied", "Access denied.", details)
