"""A push means one thing or is unusable for one reason; nothing makes the reader fail."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.adapters.http.push_envelope import KEPT_BYTES, OtherEvent, Unusable, parse_push
from catalog.adapters.http.push_reasons import Reason
from catalog.application.records import Arrival
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject
from tests.unit.adapters.http.poison import TABLE, Poison
from tests.unit.adapters.http.pushes import (
    BUCKET,
    GENERATION,
    MESSAGE_ID,
    NAME,
    a_push,
    a_resource,
    attributes,
    body,
)

OURS = frozenset({BUCKET, "catalog-archive"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def arrival(content: bytes) -> Arrival:
    push = parse_push(content, OURS)
    assert isinstance(push, Arrival)
    return push


def test_a_genuine_push_is_an_arrival() -> None:
    content = body(a_push())
    assert arrival(content) == Arrival(
        stored=StoredObject(
            ref=ObjectRef(BUCKET, NAME),
            generation=Generation(int(GENERATION)),
            size_bytes=1000,
            md5=Md5("30" * 16),
            crc32c="yZRlqg==",
            etag="CJ+x",
            content_type="video/mp4",
        ),
        actor="push",
        message_id=MESSAGE_ID,
        payload=content,
    )


def test_a_composite_object_has_no_md5() -> None:
    assert arrival(body(a_push(a_resource(md5Hash=None)))).stored.md5 is None


def test_what_is_only_shown_may_be_missing() -> None:
    stored = arrival(body(a_push(a_resource(crc32c=None, etag=None, contentType=None)))).stored
    assert (stored.crc32c, stored.etag, stored.content_type) == ("", "", "")


@pytest.mark.parametrize("name", ["messageId", "message_id"])
def test_either_spelling_of_the_message_id_will_do(name: str) -> None:
    assert arrival(body(a_push(**{name: None}))).message_id == MESSAGE_ID


def test_an_arrival_without_a_message_id_is_still_one() -> None:
    assert arrival(body(a_push(messageId=None, message_id=None))).message_id is None


@pytest.mark.parametrize("generation", ["1", str(2**63 - 1)])
def test_the_whole_range_of_generations_is_taken(generation: str) -> None:
    push = a_push(a_resource(generation=generation), attributes(objectGeneration=generation))
    assert arrival(body(push)).stored.generation == int(generation)


def test_a_name_of_1024_bytes_with_characters_beyond_ascii_is_taken() -> None:
    name = "é" * 507 + "\N{CLAPPER BOARD}\N{CLAPPER BOARD}nn"
    assert len(name.encode()) == 1024
    assert arrival(body(a_push(a_resource(name=name), attributes(objectId=name)))).stored.ref == (
        ObjectRef(BUCKET, name)
    )


def test_escaped_backslashes_and_surrogate_pairs_are_no_poison() -> None:
    resource = a_resource(metadata={"a": "\\u0000", "b": "\N{CLAPPER BOARD}"})
    assert b"\\ud83c\\udfac" in json.dumps(resource).encode()
    assert arrival(body(a_push(resource))).stored.generation == int(GENERATION)


def test_only_the_beginning_of_a_large_push_is_kept() -> None:
    content = body(a_push(a_resource(metadata={"filler": "x" * KEPT_BYTES})))
    assert arrival(content).payload == content[:KEPT_BYTES]


@pytest.mark.parametrize("event_type", ["OBJECT_DELETE", "OBJECT_ARCHIVE", "OBJECT_NEWS"])
def test_other_events_are_told_apart_by_their_attributes_alone(event_type: str) -> None:
    push = a_push(b"\xff", attributes(eventType=event_type, bucketId=None), data=None)
    assert parse_push(body(push), OURS) == OtherEvent(event_type, MESSAGE_ID)


@pytest.mark.parametrize("poison", TABLE, ids=lambda poison: poison.label)
def test_poison_has_its_reason(poison: Poison) -> None:
    message_id = MESSAGE_ID if poison.has_id else None
    assert parse_push(poison.content, OURS) == Unusable(poison.reason, message_id)


def test_every_reason_but_the_size_of_the_body_is_in_the_table() -> None:
    assert {poison.reason for poison in TABLE} == set(Reason) - {Reason.BODY_TOO_LARGE}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained(reason: Reason) -> None:
    assert Unusable(reason).detail.endswith(".")


@given(st.binary())
def test_arbitrary_bytes_are_unusable_and_nothing_worse(content: bytes) -> None:
    assert isinstance(parse_push(content, OURS), Unusable)


@given(JSON)
def test_arbitrary_json_is_unusable_and_nothing_worse(value: object) -> None:
    assert isinstance(parse_push(body(value), OURS), Unusable)


@given(JSON, st.sampled_from(sorted(attributes())), st.sampled_from(sorted(a_resource())), JSON)
def test_arbitrary_values_in_the_right_places_never_raise(
    told: object, attribute: str, field: str, value: object
) -> None:
    push = a_push({**a_resource(), field: value}, {**attributes(), attribute: told})
    result = parse_push(body(push), OURS)
    if isinstance(result, Arrival):
        stored = result.stored
        assert stored.ref.bucket in OURS
        assert 1 <= stored.generation < 2**63
        assert 0 <= stored.size_bytes < 2**63
        assert f"{stored.dedup_key}{stored.etag}{stored.content_type}".encode().find(b"\x00") < 0


@given(st.binary(max_size=200))
def test_arbitrary_payloads_never_raise(payload: bytes) -> None:
    push = a_push(data=base64.b64encode(payload).decode())
    assert isinstance(parse_push(body(push), OURS), Unusable)
