"""What sweeps saw and did not settle."""

from datetime import datetime, timedelta

import pytest

from catalog.application.records import HistoryEntry
from catalog.application.upkeep_records import Finding, FindingKind, SeenFinding
from catalog.domain.upload import Decision
from catalog.domain.values import ObjectRef, StoredObject
from tests.contract.subject import Subject
from tests.support.builders import BUCKET, a_stored_object, init_facts


def an_object(name: str, bucket: str = BUCKET) -> StoredObject:
    return a_stored_object(init_facts(ref=ObjectRef(bucket, name)))


def a_finding(stored: StoredObject, kind: FindingKind = "orphan") -> Finding:
    return Finding(kind, stored.ref, stored.generation, None, 1000)


async def note(subject: Subject, *findings: Finding) -> None:
    async with subject.store.autocommit() as statements:
        await statements.findings.note(findings)


async def found(
    subject: Subject,
    kind: FindingKind = "orphan",
    *,
    bucket: str | None = None,
    since: datetime | None = None,
) -> list[SeenFinding]:
    async with subject.store.autocommit() as statements:
        return list(
            await statements.findings.page(
                kind, behind=None, limit=10, bucket=bucket, seen_since=since
            )
        )


async def bury(subject: Subject, stored: StoredObject) -> bool:
    async with subject.store.autocommit() as statements:
        return await statements.findings.bury_orphan(stored.ref, stored.generation)


async def test_a_finding_is_kept_as_it_was_seen(subject: Subject) -> None:
    upload = await subject.completed_upload()
    assert upload.generation is not None
    gone = Finding("gone", upload.ref, upload.generation, upload.upload_id, 1000)
    orphan = a_finding(an_object("videos/a"))
    await note(subject, gone, orphan)
    [seen] = await found(subject, "gone")
    assert seen.finding == gone
    assert [each.finding for each in await found(subject)] == [orphan]
    assert await found(subject, "other_generation") == []


async def test_seeing_it_again_keeps_the_first_time(subject: Subject) -> None:
    finding = a_finding(an_object("videos/a"))
    await note(subject, finding)
    [first] = await found(subject)
    await note(subject, finding)
    [again] = await found(subject)
    assert again.first_seen_at == first.first_seen_at
    assert again.seen_at > first.seen_at


@pytest.mark.parametrize("limit", [1, 2, 10])
async def test_pages_put_together_are_all_findings(subject: Subject, limit: int) -> None:
    findings = [a_finding(an_object(name)) for name in ("videos/c", "videos/a", "videos/b")]
    await note(subject, *findings)
    seen: list[SeenFinding] = []
    while True:
        last = seen[-1].finding if seen else None
        async with subject.store.autocommit() as statements:
            page = await statements.findings.page(
                "orphan", behind=(last.ref, last.generation) if last else None, limit=limit
            )
        if not page:
            break
        assert len(page) <= limit
        seen += page
    names = [each.finding.ref.name for each in seen]
    assert names == ["videos/a", "videos/b", "videos/c"]


async def test_findings_of_a_bucket_and_since_a_moment(subject: Subject) -> None:
    await note(subject, a_finding(an_object("videos/a")))
    [early] = await found(subject)
    await note(subject, a_finding(an_object("videos/b", "another")))
    [late] = await found(subject, bucket="another")
    assert late.finding.ref.bucket == "another"
    assert await found(subject, since=late.seen_at) == [late]
    assert await found(subject, since=early.seen_at) == [late, early]


async def test_an_orphan_is_buried_and_its_finding_settled(subject: Subject) -> None:
    orphan = an_object("videos/a")
    await note(subject, a_finding(orphan))
    assert await bury(subject, orphan)
    assert await found(subject) == []
    [tombstone] = await subject.ledger.tombstones(orphan.ref)
    assert (tombstone.generation, tombstone.deleted) == (orphan.generation, False)
    assert await bury(subject, orphan)


async def test_what_an_upload_owns_by_now_is_not_buried(subject: Subject) -> None:
    stored = a_stored_object(await subject.upload())
    await note(subject, a_finding(stored))
    assert not await bury(subject, stored)
    assert await found(subject) == []
    assert await subject.ledger.tombstones(stored.ref) == []


async def test_what_a_video_refers_to_is_not_buried(subject: Subject) -> None:
    upload = await subject.completed_upload()
    async with subject.store.transaction() as statements:
        entry = HistoryEntry("operator", "forget", Decision.REPLACE)
        await statements.endings.forget(upload, entry)
    assert not await bury(subject, a_stored_object(upload))


async def test_an_orphan_that_was_deleted_and_is_back_is_queued_again(subject: Subject) -> None:
    orphan = an_object("videos/a")
    await bury(subject, orphan)
    async with subject.store.autocommit() as statements:
        await statements.deletions.mark_deleted(orphan.ref, orphan.generation)
    assert await bury(subject, orphan)
    [tombstone] = await subject.ledger.tombstones(orphan.ref)
    assert not tombstone.deleted


async def test_what_a_whole_walk_did_not_see_is_dropped(subject: Subject) -> None:
    await note(subject, a_finding(an_object("videos/a")), a_finding(an_object("videos/g"), "gone"))
    await note(subject, a_finding(an_object("videos/a", "another")))
    await note(subject, a_finding(an_object("videos/b")))
    since = next(
        each.seen_at for each in await found(subject) if each.finding.ref.name == "videos/b"
    )
    async with subject.store.autocommit() as statements:
        assert await statements.findings.drop_unseen(["orphan"], since, BUCKET) == 1
    left = [(each.finding.ref.bucket, each.finding.ref.name) for each in await found(subject)]
    assert left == [("another", "videos/a"), (BUCKET, "videos/b")]
    assert len(await found(subject, "gone")) == 1
    async with subject.store.autocommit() as statements:
        later = since + timedelta(days=1)
        assert await statements.findings.drop_unseen(["orphan", "gone"], later) == 3


async def test_forgetting_an_upload_settles_that_it_is_gone(subject: Subject) -> None:
    upload = await subject.completed_upload()
    assert upload.generation is not None
    await note(subject, Finding("gone", upload.ref, upload.generation, upload.upload_id))
    async with subject.store.transaction() as statements:
        entry = HistoryEntry("operator", "forget", Decision.REPLACE)
        await statements.endings.forget(upload, entry)
    assert await found(subject, "gone") == []
