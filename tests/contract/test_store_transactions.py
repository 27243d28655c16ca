"""What a block of statements means, whichever store runs it."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError
from catalog.domain.upload import Upload
from catalog.domain.values import UploadId
from tests.contract.subject import MADE, Subject
from tests.support.builders import a_stored_object, a_user, an_arrival, an_md5, init_facts
from tests.support.decided import a_completion
from tests.support.ledger import decisions


class SomethingElseError(Exception):
    """A fault that no store knows."""


async def test_a_transaction_shows_nothing_before_it_ends(subject: Subject) -> None:
    async with subject.store.transaction() as statements:
        await statements.uploads.insert_by_user_md5(init_facts(), MADE)
        assert await subject.ledger.uploads() == []
    assert len(await subject.ledger.uploads()) == 1


async def test_a_transaction_sees_what_it_wrote(subject: Subject) -> None:
    facts = init_facts()
    async with subject.store.transaction() as statements:
        await statements.uploads.insert_by_user_md5(facts, MADE)
        assert await statements.uploads.find_by_user_md5(facts.user_id, facts.md5) is not None


async def complete_and_fail(subject: Subject, upload: Upload, fault: type[Exception]) -> str:
    """Complete the upload in a block that raises; return the key of the arrival."""
    stored = a_stored_object(upload)
    with suppress(fault):
        async with subject.store.transaction() as statements:
            claim = await statements.inbox.claim(an_arrival(stored))
            applied = await statements.inbox.mark_completed(a_completion(upload, stored, claim.at))
            assert applied.uploads == 1
            raise fault
    return stored.dedup_key


@pytest.mark.parametrize("fault", [SomethingElseError, ConcurrentChangeError, RuntimeError])
async def test_an_exception_takes_everything_back(subject: Subject, fault: type[Exception]) -> None:
    upload = await subject.upload()
    dedup_key = await complete_and_fail(subject, upload, fault)
    assert await subject.ledger.upload(upload.upload_id) == upload
    assert await subject.ledger.videos() == []
    assert await subject.ledger.outbox() == []
    assert await subject.ledger.inbox(dedup_key) is None
    assert decisions(await subject.ledger.history(upload.upload_id)) == ["init:insert"]


async def test_cancellation_takes_everything_back(subject: Subject) -> None:
    async def never_ending() -> None:
        async with subject.store.transaction() as statements:
            await statements.uploads.insert_by_user_md5(init_facts(), MADE)
            written.set()
            await asyncio.Event().wait()

    written = asyncio.Event()
    task = asyncio.create_task(never_ending())
    async with asyncio.timeout(10):
        await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await subject.ledger.uploads() == []


async def test_without_a_transaction_each_statement_stays(subject: Subject) -> None:
    with suppress(SomethingElseError):
        async with subject.store.autocommit() as statements:
            await statements.uploads.insert_by_user_md5(init_facts(), MADE)
            raise SomethingElseError
    assert len(await subject.ledger.uploads()) == 1


async def test_one_moment_holds_for_a_whole_transaction(subject: Subject) -> None:
    async with subject.store.transaction() as statements:
        first = await statements.uploads.insert_by_user_md5(init_facts(), MADE)
        second = await statements.uploads.insert_by_user_md5(init_facts(), MADE)
    assert first is not None
    assert second is not None
    assert first.at == second.at
    assert first.at.tzinfo is not None


async def test_fifty_at_once_make_one_upload(subject: Subject) -> None:
    facts = init_facts(a_user(), an_md5())

    async def make() -> UploadId | None:
        async with subject.store.transaction() as statements:
            made = await statements.uploads.insert_by_user_md5(facts, MADE)
            return made.upload.upload_id if made else None

    answers = await asyncio.gather(*(make() for _ in range(50)))
    assert len([answer for answer in answers if answer]) == 1
    assert len(await subject.ledger.uploads()) == 1


async def test_a_race_lost_outside_a_transaction_is_contention(subject: Subject) -> None:
    """There is nothing to run again as a whole: the caller may repeat the call."""
    upload = await subject.upload()
    stale = replace(upload, version=upload.version - 1)
    with pytest.raises(ContentionError):
        async with subject.store.autocommit() as statements:
            await statements.uploads.renew(stale, init_facts(), None, MADE)
    assert await subject.ledger.upload(upload.upload_id) == upload
