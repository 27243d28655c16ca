"""Quarantine and replay by the real command: a push shows with its reason and ends right."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.emulator.part_file import b64
from tests.e2e.operators import Desk, Operator, desk
from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import PushSide
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.service import BUCKET, Rpc, Service
from tests.unit.adapters.http.pushes import a_push, a_resource, attributes, body

__all__ = ["desk", "emptied_database", "shared_database"]
SECOND = "catalog-uploads-second"


def _news(name: str, md5_base64: str) -> bytes:
    """The push of an object in a bucket that the service was not told of."""
    resource = a_resource(bucket=SECOND, name=name, md5Hash=md5_base64)
    return body(a_push(resource, attributes(bucketId=SECOND, objectId=name)))


async def _quarantined(live: Service, person: Person) -> str:
    """An upload whose object is in the second bucket, and its push, set aside; the upload's id."""
    md5 = an_md5()
    upload = await person.init(md5)
    await live.database.execute("UPDATE catalog.uploads SET bucket = $1", SECOND)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        side = PushSide(http, live.callback_url, live.emulator.issuer)
        news = _news(upload.object_name, b64(bytes.fromhex(md5)))
        assert (await side.send(news)).status_code == 204
    return upload.upload_id


async def test_a_push_of_an_unlisted_bucket_completes_once_the_bucket_is_listed(
    live: Service, rpc: Rpc, tmp_path: Path
) -> None:
    person = Person(rpc)
    upload_id = await _quarantined(live, person)
    before = Operator(live.dsn, tmp_path, {"CATALOG_GCS__BUCKET": BUCKET})
    after = Operator(
        live.dsn,
        tmp_path,
        {"CATALOG_GCS__BUCKET": BUCKET, "CATALOG_GCS__ACCEPTED_BUCKETS": SECOND},
    )

    listed = await before.told("inbox", "list", "--outcome", "quarantined")
    key = listed["events"][0]["key"]
    too_early = await before.run("inbox", "replay", key)
    status = (await person.get(upload_id)).status
    replayed = await after.told("inbox", "replay", "--all-quarantined")
    again = await after.run("inbox", "replay", key)

    assert [each["reason"] for each in listed["events"]] == ["foreign_bucket"]
    assert listed["next_after"] is None
    assert (too_early.code, status) == (1, "pending")
    assert "unusable: foreign_bucket" in too_early.out
    assert (replayed["settled"], replayed["left"]) == (1, 0)
    assert replayed["results"][0]["result"] == "completed"
    assert replayed["results"][0]["upload_id"] == upload_id
    found = await person.get(upload_id)
    assert found.status == "completed"
    assert (await person.video(found.video_id)).status == "processing"
    assert (again.code, again.out) == (0, f"{key}: settled: replayed\n")
    await _story_tells_of_the_replay(after, upload_id)
    await _row_shows_both_reason_and_result(after, key)


async def _story_tells_of_the_replay(operator: Operator, upload_id: str) -> None:
    story = (await operator.told("trace", upload_id))["story"]
    told = [(each["who"], each["what"], each["result"]) for each in story]
    assert told[:3] == [
        ("user", "init", "insert"),
        ("replay", "object stored", "completed"),
        ("replay", "finalize", "complete"),
    ]


async def _row_shows_both_reason_and_result(operator: Operator, key: str) -> None:
    row: dict[str, Any] = await operator.told("inbox", "show", key)
    assert row["outcome"] == "replayed"
    assert row["reason"].startswith("foreign_bucket; replayed as ")
    assert row["reason"].endswith(": completed")
    assert '"message"' in row["payload"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("replay",), 2, "--all-quarantined"),
        (("replay", "x", "--all-quarantined"), 2, "one KEY"),
        (("replay", "msg:1"), 1, "keeps nothing under msg:1"),
        (("list", "--outcome", "qarantined"), 2, "quarantined"),
        (("list", "--after", "msg:1"), 1, "keeps nothing under msg:1"),
        (("show", "msg:1"), 1, "keeps nothing under msg:1"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(
    desk: Desk, emptied_database: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    settings = {"CATALOG_GCS__BUCKET": BUCKET}
    desk.refuses(emptied_database, ("inbox", *arguments), code, words, settings)


def test_a_replay_without_buckets_is_refused(desk: Desk, emptied_database: str) -> None:
    desk.refuses(emptied_database, ("inbox", "replay", "msg:1"), 2, "gcs.bucket")
