"""What a signed session start holds."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from catalog.adapters.gcs.signer import SignedStarts
from catalog.application.records import SignedStart
from catalog.domain.values import ObjectRef
from tests.unit.adapters.gcs.accounts import key_signer

AT = datetime(2026, 11, 21, 9, 30, 15, 987654, tzinfo=UTC)
REF = ObjectRef("uploads", "videos/7a/0c")
LIFE = timedelta(seconds=900)


def start(
    ref: ObjectRef = REF,
    content_type: str = "video/mp4",
    at: datetime = AT,
    endpoint: str = "https://storage.googleapis.com",
) -> SignedStart:
    signer = SignedStarts(key_signer(), url_life=LIFE, endpoint=endpoint)
    return asyncio.run(signer.signed_resumable_init_url(ref, content_type, at))


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_the_client_sends_every_signed_header_but_host() -> None:
    made = start(content_type="video/quicktime")
    assert made.method == "POST"
    assert dict(made.headers) == {
        "content-type": "video/quicktime",
        "x-goog-if-generation-match": "0",
        "x-goog-resumable": "start",
        "x-upload-content-type": "video/quicktime",
    }
    signed = query_of(made.url)["X-Goog-SignedHeaders"].split(";")
    assert signed == sorted({*made.headers, "host"})


def test_the_url_lives_from_the_whole_second_on_that_it_names() -> None:
    made = start()
    query = query_of(made.url)
    assert query["X-Goog-Date"] == "20261121T093015Z"
    assert query["X-Goog-Expires"] == "900"
    assert made.expires_at == datetime(2026, 11, 21, 9, 45, 15, tzinfo=UTC)


def test_the_algorithm_is_the_first_parameter_and_the_signature_the_last() -> None:
    names = [part.partition("=")[0] for part in urlsplit(start().url).query.split("&")]
    assert (names[0], names[-1]) == ("X-Goog-Algorithm", "X-Goog-Signature")
    assert names[:-1] == sorted(names[:-1])


def test_the_url_never_shows_in_a_representation() -> None:
    made = start()
    assert "X-Goog" not in repr(made)


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://storage.googleapis.com", "https://storage.googleapis.com"),
        ("https://storage.googleapis.com/", "https://storage.googleapis.com"),
        ("https://storage.googleapis.com:443", "https://storage.googleapis.com"),
        ("http://127.0.0.1:4443", "http://127.0.0.1:4443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:9023", "http://[::1]:9023"),
    ],
)
def test_the_host_is_signed_as_clients_will_send_it(endpoint: str, origin: str) -> None:
    made = start(endpoint=endpoint)
    assert made.url.startswith(f"{origin}/uploads/videos/7a/0c?")


@pytest.mark.parametrize(
    "endpoint",
    ["storage.googleapis.com", "ftp://host", "https://", "https://host/path", "https://u:p@host"],
)
def test_an_endpoint_that_is_no_origin_is_refused_at_once(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        SignedStarts(key_signer(), url_life=LIFE, endpoint=endpoint)


@pytest.mark.parametrize("seconds", [0, -1, 12 * 3600 + 1])
def test_a_lifetime_out_of_range_is_refused_at_once(seconds: int) -> None:
    with pytest.raises(ValueError, match="12 hours"):
        SignedStarts(key_signer(), url_life=timedelta(seconds=seconds))
