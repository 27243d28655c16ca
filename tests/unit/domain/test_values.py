"""Identifiers, names and digests."""

import uuid

import pytest

from catalog.domain.values import Md5, ObjectRef, UserId, canonical_uuid
from tests.support.builders import a_stored_object, an_upload

USER = UserId(uuid.UUID("7a3f3c5e-9b0e-4a53-8f0c-6f5f6d1f7a01"))
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


def test_an_object_is_named_by_user_and_content() -> None:
    ref = ObjectRef.for_upload("bucket", USER, Md5(EMPTY))
    assert ref.name == f"videos/{USER}/{EMPTY}"
    assert ref.uri == f"gs://bucket/videos/{USER}/{EMPTY}"


def test_a_generation_is_known_by_bucket_name_and_number() -> None:
    stored = a_stored_object(an_upload())
    expected = f"{stored.ref.bucket}/{stored.ref.name}#{stored.generation}"
    assert stored.dedup_key == expected


def test_one_spelling_of_an_id_is_accepted() -> None:
    assert canonical_uuid(str(USER)) == USER


@pytest.mark.parametrize(
    "text",
    [
        "",
        USER.hex,
        str(USER).upper(),
        f"{{{USER}}}",
        f"urn:uuid:{USER}",
        f" {USER}",
        f"{USER}\n",
        str(USER)[:-1],
        str(USER).replace("7", "\u0667"),
        "g" + str(USER)[1:],
    ],
)
def test_other_spellings_of_an_id_are_none(text: str) -> None:
    assert canonical_uuid(text) is None


@pytest.mark.parametrize("text", [EMPTY.upper(), EMPTY[:-1], f"{EMPTY}0", "g" * 32, ""])
def test_an_md5_is_kept_in_lower_case_alone(text: str) -> None:
    with pytest.raises(ValueError, match="32 lower-case"):
        Md5(text)


def test_an_md5_is_read_in_either_case() -> None:
    assert Md5.parse(EMPTY.upper()) == Md5(EMPTY)
    assert Md5.parse(EMPTY + "\n") is None
