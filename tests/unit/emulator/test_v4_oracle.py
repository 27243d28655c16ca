"""google-cloud-storage signs, the verifier accepts: two independent builds of one standard."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.emulator.keys import SigningKey
from catalog.emulator.v4 import V4Error
from tests.unit.emulator.signed_urls import EMAIL, accept, request, sign

object_names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60
).filter(lambda name: name not in {".", ".."})
content_types = st.from_regex(
    r"[a-z]{1,12}/[a-z0-9.+-]{1,20}(; ?[a-z]{1,8}=[a-z0-9-]{1,8})?", fullmatch=True
)
header_values = st.text(
    st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), max_size=30
)


def headers_for(content_type: str, **extra: str) -> dict[str, str]:
    return {
        "content-type": content_type,
        "x-goog-resumable": "start",
        "x-goog-if-generation-match": "0",
        "x-upload-content-type": content_type,
        **extra,
    }


def resource(name: str) -> str:
    return f"/bucket/{quote(name, safe='/~')}"


@settings(max_examples=60, deadline=None)
@given(name=object_names, content_type=content_types, note=header_values)
def test_every_url_of_the_official_library_is_accepted(
    key: SigningKey, name: str, content_type: str, note: str
) -> None:
    headers = headers_for(content_type, **{"x-goog-meta-note": note})
    url = sign(key, resource(name), headers=headers)
    verified = accept(key, request(url, headers))
    assert verified.email == EMAIL
    assert set(verified.signed_headers) == {*headers, "host"}


@settings(max_examples=40, deadline=None)
@given(name=object_names, other=object_names)
def test_a_url_for_one_object_opens_no_other(key: SigningKey, name: str, other: str) -> None:
    headers = headers_for("video/mp4")
    url = sign(key, resource(name), headers=headers)
    moved = url.replace(resource(name) + "?", resource(other) + "?", 1)
    if name == other:
        accept(key, request(moved, headers))
        return
    with pytest.raises(V4Error) as refusal:
        accept(key, request(moved, headers))
    assert (refusal.value.status, refusal.value.code) == (403, "SignatureDoesNotMatch")


# Of equal length, since the library sorts "name=value" and the standard sorts by name: they
# differ where one name begins with another.
parameter_names = st.text("abc XYZ/é-.", min_size=4, max_size=4)


@settings(max_examples=25, deadline=None)
@given(
    parameters=st.dictionaries(
        parameter_names, st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=4
    )
)
def test_further_query_parameters_are_part_of_what_is_signed(
    key: SigningKey, parameters: dict[str, str]
) -> None:
    url = sign(key, "/bucket/object", query_parameters=parameters)
    sent = {"x-goog-resumable": "start"}
    accept(key, request(url, sent))
    with pytest.raises(V4Error) as refusal:
        accept(key, request(url + "&uploadType=resumable", sent))
    assert refusal.value.code == "SignatureDoesNotMatch"


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_parameters_may_be_sent_in_any_order(key: SigningKey, data: st.DataObject) -> None:
    """[canonical-requests] the verifier sorts by name, whatever the order on the wire."""
    base, _, query = sign(key, "/bucket/object").partition("?")
    shuffled = data.draw(st.permutations(query.split("&")))
    accept(key, request(f"{base}?{'&'.join(shuffled)}", {"x-goog-resumable": "start"}))
