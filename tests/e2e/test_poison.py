"""Poison sent for real: always 204, always kept with its bytes and reason, never an error."""

import asyncio
import base64
import hashlib
import itertools
import json
from dataclasses import dataclass
from typing import Any

import pytest

from catalog.adapters.http.push_envelope import KEPT_BYTES
from catalog.adapters.http.push_reasons import Reason
from tests.e2e.person import Person, an_md5
from tests.e2e.sites import Site
from tests.unit.adapters.http.poison import TABLE, Poison
from tests.unit.adapters.http.pushes import MESSAGE_ID, a_push, body

pytestmark = pytest.mark.asyncio(loop_scope="module")
_ids = itertools.count(int(MESSAGE_ID) + 1)


@dataclass(frozen=True, slots=True)
class Sent:
    """A body as it went out, and the key it must be kept under."""

    poison: Poison
    content: bytes
    key: str


def _unique(poison: Poison) -> Sent:
    """The same poison under a message id that nobody else has, where it has one."""
    number = str(next(_ids))
    content = poison.content.replace(MESSAGE_ID.encode(), number.encode())
    if poison.has_id:
        return Sent(poison, content, f"msg:{number}")
    return Sent(poison, content, _hashed(content))


def _hashed(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


async def _kept(site: Site, key: str) -> list[dict[str, Any]]:
    rows = await site.records.pool.fetch(
        "SELECT source, first_msg_id, payload, actor, outcome, last_error,"
        " processed_at IS NOT NULL AS processed FROM catalog.inbox_events WHERE dedup_key = $1",
        key,
    )
    return [dict(row) for row in rows]


def _row(content: bytes, reason: Reason, message_id: str | None) -> dict[str, Any]:
    return {
        "source": "gcs-quarantine",
        "first_msg_id": message_id,
        "payload": content[:KEPT_BYTES],
        "actor": "push",
        "outcome": "quarantined",
        "last_error": reason.value,
        "processed": True,
    }


async def _judged(site: Site) -> int:
    """How many pushes were taken for events of ours."""
    count = "SELECT count(*) FROM catalog.inbox_events WHERE source = 'gcs'"
    return int(await site.records.pool.fetchval(count))


async def test_every_row_of_the_table_is_taken_and_kept_with_its_bytes_and_reason(
    site: Site,
) -> None:
    judged = await _judged(site)
    wrong = []
    for sent in map(_unique, TABLE):
        answer = await site.pushes.send(sent.content)
        message_id = sent.key.removeprefix("msg:") if sent.poison.has_id else None
        expected = _row(sent.content, sent.poison.reason, message_id)
        if answer.status_code != 204 or await _kept(site, sent.key) != [expected]:
            wrong.append((sent.poison.label, answer.status_code))
    assert wrong == []
    assert len(TABLE) > 90
    assert await _judged(site) == judged


async def test_of_a_body_over_256_kib_the_first_64_kib_are_kept(site: Site) -> None:
    content = body(a_push()) + b" " * 300 * 1024
    answer = await site.pushes.send(content)
    assert answer.status_code == 204
    key = _hashed(content[: 256 * 1024])
    assert await _kept(site, key) == [_row(content, Reason.BODY_TOO_LARGE, None)]


@pytest.mark.parametrize("message_id", ["7" * 30_000, "\x00", "1\x002", "\ud800", "é", " "])
async def test_a_message_id_that_cannot_be_kept_is_replaced_by_the_hash(
    site: Site, message_id: str
) -> None:
    content = json.dumps(a_push(messageId=message_id, message_id=message_id)).encode()
    answer = await site.pushes.send(content)
    assert answer.status_code == 204
    (row,) = await _kept(site, _hashed(content))
    assert row["last_error"] in (Reason.MESSAGE_ID, Reason.NUL, Reason.LONE_SURROGATE)
    assert row["payload"] == content


async def test_the_same_poison_again_and_at_once_is_one_row(site: Site) -> None:
    by_id = _unique(Poison("no data", body(a_push(data=None)), Reason.PAYLOAD_MISSING))
    by_hash = _unique(Poison("cut", b'{"message": {"once', Reason.NOT_JSON, has_id=False))
    other_body = body(a_push(data="%%%")).replace(MESSAGE_ID.encode(), by_id.key[4:].encode())
    for sent, again in ((by_id, other_body), (by_hash, by_hash.content)):
        pushes = [site.pushes.send(sent.content) for _ in range(10)]
        answers = [*await asyncio.gather(*pushes), await site.pushes.send(again)]
        assert {answer.status_code for answer in answers} == {204}
        (row,) = await _kept(site, sent.key)
        assert row["payload"] == sent.content


async def test_the_news_of_a_foreign_bucket_completes_nothing_and_blocks_nothing(
    site: Site, person: Person
) -> None:
    md5 = an_md5()
    upload_id = (await person.init(md5)).upload_id
    news = person.finalize(md5)
    message_id = str(next(_ids))
    foreign = json.loads(news.body(message_id))
    foreign["message"]["attributes"]["bucketId"] = "other-bucket"
    foreign["message"]["data"] = _in_bucket("other-bucket", foreign["message"]["data"])

    answer = await site.pushes.send(json.dumps(foreign).encode())

    assert answer.status_code == 204
    (row,) = await _kept(site, f"msg:{message_id}")
    assert row["last_error"] == Reason.FOREIGN_BUCKET
    assert await site.records.outcome(news.dedup_key) is None
    assert (await person.get(upload_id)).status == "pending"
    assert await site.pushes.push(news, message_id) == 204
    assert (await person.get(upload_id)).status == "completed"


def _in_bucket(bucket: str, data: str) -> str:
    resource = json.loads(base64.b64decode(data)) | {"bucket": bucket}
    return base64.b64encode(json.dumps(resource).encode()).decode()


async def test_poison_from_a_stranger_is_not_kept(site: Site) -> None:
    sent = _unique(Poison("no data", body(a_push(data=None)), Reason.PAYLOAD_MISSING))
    answer = await site.pushes.send(sent.content, token="forged")
    assert answer.status_code == 401
    assert await _kept(site, sent.key) == []
