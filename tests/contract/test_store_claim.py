"""Claiming storage events: once each, by the object's generation."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from catalog.domain.values import Generation
from tests.contract.subject import Subject
from tests.support.builders import a_stored_object, an_arrival, init_facts
from tests.support.decided import a_completion
from tests.support.ledger import KeptPush


async def test_the_first_claim_wins_and_finds_the_upload(subject: Subject) -> None:
    upload = await subject.upload()
    claim = await subject.claim(a_stored_object(upload))
    assert claim.won is True
    assert claim.upload == upload
    assert claim.tombstoned is False
    assert claim.video is None
    assert claim.at >= upload.created_at


async def test_a_claim_is_kept_as_it_came(subject: Subject) -> None:
    stored = a_stored_object(await subject.upload())
    payload = b'\x00\xff{"not": text}'
    await subject.claim(stored, actor="sweep", message_id="m-1", payload=payload)
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept == KeptPush("m-1", payload, "sweep", None, processed=False, last_error=None)


async def test_an_arrival_without_a_message_is_kept_as_well(subject: Subject) -> None:
    stored = a_stored_object(await subject.upload())
    await subject.claim(stored, actor="reaper", message_id=None, payload=None)
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept == KeptPush(None, None, "reaper", None, processed=False, last_error=None)


async def test_the_same_generation_is_lost_whatever_the_message(subject: Subject) -> None:
    stored = a_stored_object(await subject.upload())
    await subject.claim(stored, message_id="first")
    again = await subject.claim(stored, message_id="second", actor="replay")
    assert again.won is False
    assert again.upload is None
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert (kept.message_id, kept.actor) == ("first", "push")


async def test_another_generation_is_another_event(subject: Subject) -> None:
    stored = a_stored_object(await subject.upload())
    newer = replace(stored, generation=Generation(stored.generation + 1))
    assert (await subject.claim(stored)).won is True
    assert (await subject.claim(newer)).won is True


@pytest.mark.parametrize("generation", [1, 2**63 - 1])
async def test_generations_reach_over_all_of_int64(subject: Subject, generation: int) -> None:
    upload = await subject.upload()
    stored = a_stored_object(upload, generation=Generation(generation))
    assert (await subject.claim(stored)).upload == upload


async def test_a_claim_that_is_rolled_back_can_be_won_again(subject: Subject) -> None:
    stored = a_stored_object(await subject.upload())
    with suppress(RuntimeError):
        async with subject.store.transaction() as statements:
            await statements.inbox.claim(an_arrival(stored))
            raise RuntimeError
    assert (await subject.claim(stored)).won is True


async def test_fifty_claims_at_once_have_one_winner(subject: Subject) -> None:
    stored = a_stored_object(await subject.upload())
    claims = await asyncio.gather(*(subject.claim(stored) for _ in range(50)))
    assert sum(claim.won for claim in claims) == 1


async def test_an_object_of_no_upload_is_won_all_the_same(subject: Subject) -> None:
    claim = await subject.claim(a_stored_object(init_facts()))
    assert claim.won is True
    assert (claim.upload, claim.video, claim.tombstoned) == (None, None, False)


async def test_an_unknown_object_can_be_claimed_again_once_it_is_known(subject: Subject) -> None:
    facts = init_facts()
    stored = a_stored_object(facts)
    await subject.claim(stored, message_id="first")
    async with subject.store.autocommit() as statements:
        await statements.inbox.mark_unknown(stored)
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert (kept.outcome, kept.processed) == ("unknown_object", True)
    upload = await subject.upload(user=facts.user_id, md5=facts.md5)
    again = await subject.claim(stored, message_id="second")
    assert again.won is True
    assert again.upload == upload
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert (kept.message_id, kept.outcome, kept.processed) == ("first", None, False)


async def test_a_decided_event_is_not_claimable_again(subject: Subject) -> None:
    upload = await subject.upload()
    stored = a_stored_object(upload)
    claim = await subject.claim(stored)
    async with subject.store.transaction() as statements:
        await statements.inbox.mark_completed(a_completion(upload, stored, claim.at))
    assert (await subject.claim(stored)).won is False


async def test_a_claim_sees_the_bound_video(subject: Subject) -> None:
    video = await subject.video(title="Bound", version=4)
    upload = await subject.upload(user=video.user_id, video=video)
    claim = await subject.claim(a_stored_object(upload))
    assert claim.video is not None
    assert (claim.video.video_id, claim.video.title) == (video.video_id, "Bound")
    assert (claim.video.version, claim.video.status) == (4, video.status)
    assert claim.video.user_id == video.user_id


async def test_a_claim_sees_a_tombstone_of_this_generation_alone(subject: Subject) -> None:
    upload = await subject.failed_upload()
    [tombstone] = await subject.ledger.tombstones(upload.ref)
    buried = a_stored_object(upload, generation=tombstone.generation)
    newer = a_stored_object(upload)
    await subject.ledger.forget_inbox()
    assert (await subject.claim(buried)).tombstoned is True
    assert (await subject.claim(newer)).tombstoned is False


async def test_a_done_deletion_is_still_a_tombstone(subject: Subject) -> None:
    upload = await subject.failed_upload()
    [tombstone] = await subject.ledger.tombstones(upload.ref)
    async with subject.store.autocommit() as statements:
        await statements.deletions.mark_deleted(upload.ref, tombstone.generation)
    await subject.ledger.forget_inbox()
    buried = a_stored_object(upload, generation=tombstone.generation)
    assert (await subject.claim(buried)).tombstoned is True
