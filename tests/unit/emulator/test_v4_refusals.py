"""What the verifier refuses, and with which status and code."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from catalog.emulator.keys import SigningKey
from catalog.emulator.v4 import SignedRequest, V4Error
from tests.unit.emulator.signed_urls import SIGNED_AT, accept, request, sign

HEADERS = {"x-goog-resumable": "start", "content-type": "video/mp4"}
RESOURCE = "/bucket/videos/a"


@pytest.fixture(scope="module")
def url(key: SigningKey) -> str:
    return sign(key, RESOURCE, headers=HEADERS)


def refusal(key: SigningKey, sent: SignedRequest, after: float = 0) -> V4Error:
    with pytest.raises(V4Error) as caught:
        accept(key, sent, SIGNED_AT + timedelta(seconds=after))
    return caught.value


def replaced(url: str, name: str, value: str) -> SignedRequest:
    before, _, rest = url.partition(f"{name}=")
    tail = rest.partition("&")[2]
    return request(f"{before}{name}={value}&{tail}".rstrip("&"), HEADERS)


def test_a_wrong_signature_is_403_with_both_strings(key: SigningKey, url: str) -> None:
    """As in public captures of 2024 and 2025."""
    error = refusal(key, replaced(url, "X-Goog-Signature", "00" * 256))
    assert (error.status, error.code) == (403, "SignatureDoesNotMatch")
    assert error.canonical_request.startswith(f"POST\n{RESOURCE}\n")
    assert error.string_to_sign.startswith("GOOG4-RSA-SHA256\n20260301T120000Z\n")


def test_a_signed_header_that_is_not_sent_is_400_by_name(key: SigningKey, url: str) -> None:
    """As in a public capture of 2019."""
    error = refusal(key, request(url, {"x-goog-resumable": "start"}))
    assert (error.status, error.code) == (400, "MalformedSecurityHeader")
    assert error.parameter_name == "content-type"


def test_an_unsigned_extension_header_spoils_the_signature(key: SigningKey, url: str) -> None:
    """[canonical-requests] every x-goog-* header of the request must be signed."""
    error = refusal(key, request(url, {**HEADERS, "x-goog-api-client": "gl-python"}))
    assert (error.status, error.code) == (403, "SignatureDoesNotMatch")
    assert "x-goog-api-client:gl-python" in error.canonical_request


def test_signing_a_header_without_naming_it_does_not_help(key: SigningKey, url: str) -> None:
    """[canonical-requests] what counts is X-Goog-SignedHeaders."""
    sent = {**HEADERS, "x-goog-api-client": "gl-python"}
    to_sign = refusal(key, request(url, sent)).string_to_sign
    unsigned = url.partition("&X-Goog-Signature=")[0]
    crafted = f"{unsigned}&X-Goog-Signature={key.sign(to_sign.encode()).hex()}"
    assert refusal(key, request(crafted, sent)).code == "SignatureDoesNotMatch"


def test_the_content_hash_header_may_stay_unsigned(key: SigningKey, url: str) -> None:
    """[canonical-requests] the only exception, and ignored for resumable uploads."""
    accept(key, request(url, {**HEADERS, "x-goog-content-sha256": "0" * 64}))


def test_other_headers_may_stay_unsigned(key: SigningKey, url: str) -> None:
    """[canonical-requests] only x-goog-* and x-amz-* must be signed."""
    accept(key, request(url, {**HEADERS, "user-agent": "phone", "accept": "*/*"}))


def test_a_url_is_good_until_its_last_second_and_then_expired(key: SigningKey, url: str) -> None:
    """400 ExpiredToken and not 403, as noted publicly in 2026."""
    accept(key, request(url, HEADERS), SIGNED_AT + timedelta(seconds=899))
    error = refusal(key, request(url, HEADERS), after=900)
    assert (error.status, error.code) == (400, "ExpiredToken")


def test_a_date_in_the_future_is_refused_beyond_fifteen_minutes(key: SigningKey, url: str) -> None:
    """[canonical-requests] X-Goog-Date is when the URL becomes usable."""
    accept(key, request(url, HEADERS), SIGNED_AT - timedelta(minutes=15))
    assert refusal(key, request(url, HEADERS), after=-901).status == 403


@pytest.mark.parametrize("expires", ["604801", "0", "-1", "1e3", "", "99999999999999"])
def test_a_lifetime_out_of_range_is_refused(key: SigningKey, url: str, expires: str) -> None:
    """[canonical-requests] at most 604800 seconds."""
    error = refusal(key, replaced(url, "X-Goog-Expires", expires))
    assert (error.status, error.parameter_name) == (400, "X-Goog-Expires")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Goog-Algorithm", "GOOG4-HMAC-SHA256"),
        ("X-Goog-Date", "2026-03-01T12:00:00Z"),
        ("X-Goog-Date", "20261301T120000Z"),
        ("X-Goog-Credential", "somebody"),
        ("X-Goog-Credential", quote("a@b/20260302/auto/storage/goog4_request", safe="")),
        ("X-Goog-SignedHeaders", "content-type"),
        ("X-Goog-Signature", "xyz"),
        ("X-Goog-Signature", ""),
    ],
)
def test_a_malformed_parameter_is_400(key: SigningKey, url: str, name: str, value: str) -> None:
    error = refusal(key, replaced(url, name, value))
    assert error.status == 400


@pytest.mark.parametrize("name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders"])
def test_a_missing_parameter_is_400(key: SigningKey, url: str, name: str) -> None:
    """[canonical-requests] the five required parameters."""
    bare = f"http://127.0.0.1:4443{RESOURCE}?{_without(url, f'X-Goog-{name}')}"
    error = refusal(key, request(bare, HEADERS))
    assert error.status == 400


def test_a_parameter_given_twice_is_400(key: SigningKey, url: str) -> None:
    assert refusal(key, request(url + "&x-goog-expires=900", HEADERS)).status == 400


def test_a_request_without_credentials_is_denied(key: SigningKey) -> None:
    """[reference-status] AccessDenied."""
    error = refusal(key, request("http://127.0.0.1/bucket/a", HEADERS))
    assert (error.status, error.code) == (403, "AccessDenied")


def test_an_unknown_account_is_denied(url: str, key: SigningKey) -> None:
    error = refusal(key, replaced(url, "X-Goog-Credential", _credential("other@x.y")))
    assert (error.status, error.code) == (403, "AccessDenied")


@pytest.mark.parametrize("host", ["127.0.0.1:4443", "127.0.0.1"])
def test_the_host_may_be_signed_with_or_without_its_port(key: SigningKey, host: str) -> None:
    """[conformance-v4] signs without, [py-signing] with."""
    signed = sign(key, RESOURCE, headers={**HEADERS, "Host": host})
    accept(key, request(signed, HEADERS))


def test_another_host_is_refused(key: SigningKey, url: str) -> None:
    moved = url.replace("127.0.0.1:4443", "127.0.0.2:4443")
    assert refusal(key, request(moved, HEADERS)).status == 403


def test_parameter_names_in_lower_case_are_accepted(key: SigningKey) -> None:
    """[gsutil-signurl-test] lower-case names are part of the signed query as they are."""
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders")
    values = {
        "algorithm": "GOOG4-RSA-SHA256",
        "credential": _credential("signer@project.iam.gserviceaccount.com"),
        "date": "20260301T120000Z",
        "expires": "900",
        "signedheaders": "host",
    }
    query = "&".join(f"x-goog-{n.lower()}={values[n.lower()]}" for n in names)
    unsigned = SignedRequest("GET", RESOURCE, f"{query}&x-goog-signature=00", [("host", "h")])
    to_sign = refusal(key, unsigned).string_to_sign
    signature = key.sign(to_sign.encode()).hex()
    full = f"{query}&x-goog-signature={signature}"
    accept(key, SignedRequest("GET", RESOURCE, full, [("host", "h")]))


def test_a_consistent_amz_prefix_is_accepted(key: SigningKey) -> None:
    """[canonical-requests] X-Amz- parameters, if all of them are."""
    values = {
        "Algorithm": "GOOG4-RSA-SHA256",
        "Credential": _credential("signer@project.iam.gserviceaccount.com"),
        "Date": "20260301T120000Z",
        "Expires": "900",
        "SignedHeaders": "host",
    }
    query = "&".join(f"X-Amz-{name}={value}" for name, value in values.items())
    unsigned = SignedRequest("GET", RESOURCE, f"{query}&X-Amz-Signature=00", [("host", "h")])
    signature = key.sign(refusal(key, unsigned).string_to_sign.encode()).hex()
    full = f"{query}&X-Amz-Signature={signature}"
    accept(key, SignedRequest("GET", RESOURCE, full, [("host", "h")]))
    mixed = full.replace("X-Amz-Date", "X-Goog-Date")
    assert refusal(key, SignedRequest("GET", RESOURCE, mixed, [("host", "h")])).status == 400


def _credential(email: str) -> str:
    return quote(f"{email}/20260301/auto/storage/goog4_request", safe="")


def _without(url: str, name: str) -> str:
    query = url.partition("?")[2]
    return "&".join(part for part in query.split("&") if not part.startswith(f"{name}="))
