"""google-cloud-storage as the oracle of every byte of a signed session start."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from google.oauth2 import service_account as google_accounts
from hypothesis import given, settings
from hypothesis import strategies as st

import catalog.adapters.gcs.object_store  # noqa: F401 - see below
from catalog.adapters.gcs.signer import SignedStarts
from catalog.domain.values import ObjectRef
from tests.unit.adapters.gcs.accounts import EMAIL, key_signer, service_account

# Its first import is the adapter's, which silences the library's advice; it has no types.
storage: Any = import_module("google.cloud.storage")

LIFE = timedelta(seconds=900)
object_names = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("?=!#$&'()*+,:;@[]\" %~/"),
    min_size=1,
    max_size=60,
)
times = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants it so; it adds the zone
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001 - likewise
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)


@cache
def google_credentials() -> Any:
    credentials: Any = google_accounts.Credentials
    return credentials.from_service_account_info(service_account().info)


def our_url(ref: ObjectRef, content_type: str, at: datetime, origin: str) -> str:
    signer = SignedStarts(key_signer(), url_life=LIFE, endpoint=origin)
    return asyncio.run(signer.signed_resumable_init_url(ref, content_type, at)).url


def of_the_official_library(ref: ObjectRef, content_type: str, at: datetime, origin: str) -> str:
    url: str = storage._signing.generate_signed_url_v4(
        google_credentials(),
        resource=f"/{ref.bucket}/{quote(ref.name, safe='/~')}",
        expiration=LIFE,
        api_access_endpoint=origin,
        method="RESUMABLE",
        content_type=content_type,
        headers={"x-goog-if-generation-match": "0", "x-upload-content-type": content_type},
        _request_timestamp=at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"),
    )
    return url


@settings(max_examples=60, deadline=None)
@given(
    name=object_names,
    content_type=st.sampled_from(["video/mp4", "video/3gpp2", "video/mp4;  codecs=avc1"]),
    at=times,
    origin=st.sampled_from(
        ["https://storage.googleapis.com", "http://127.0.0.1:9023", "http://[::1]:9023"]
    ),
)
def test_every_url_is_that_of_the_official_library(
    name: str, content_type: str, at: datetime, origin: str
) -> None:
    ref = ObjectRef("uploads", name)
    ours = our_url(ref, content_type, at, origin)
    assert ours == of_the_official_library(ref, content_type, at, origin)


def test_a_blob_of_the_official_library_names_the_same_url() -> None:
    """The library quotes the object's name itself here, at a time of its own choosing."""
    ref = ObjectRef("uploads", "videos/ü b/+&?#~%41//x")
    client = storage.Client(
        project="catalog-test",
        credentials=google_credentials(),
    )
    url = (
        client.bucket(ref.bucket)
        .blob(ref.name)
        .generate_signed_url(
            version="v4",
            method="RESUMABLE",
            expiration=LIFE,
            content_type="video/mp4",
            headers={"x-goog-if-generation-match": "0", "x-upload-content-type": "video/mp4"},
        )
    )
    query = dict(parse_qsl(urlsplit(url).query))
    at = datetime.strptime(query["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert our_url(ref, "video/mp4", at, "https://storage.googleapis.com") == url
    assert EMAIL in query["X-Goog-Credential"]
