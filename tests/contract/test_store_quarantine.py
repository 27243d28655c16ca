"""Pushes that cannot be used are kept, byte for byte, once."""

from catalog.application.records import Quarantined
from tests.contract.subject import Subject
from tests.support.builders import a_stored_object, init_facts
from tests.support.ledger import KeptPush

BODY = bytes(range(256)) * 256


async def keep(subject: Subject, push: Quarantined) -> bool:
    async with subject.store.autocommit() as statements:
        return await statements.inbox.quarantine(push)


async def test_a_push_is_kept_with_its_reason_and_raw_bytes(subject: Subject) -> None:
    assert await keep(subject, Quarantined("msg:1", "1", BODY, "bad JSON")) is True
    assert await subject.ledger.inbox("msg:1", "gcs-quarantine") == KeptPush(
        "1", BODY, "push", "quarantined", processed=True, last_error="bad JSON"
    )


async def test_a_push_without_a_message_id_is_kept(subject: Subject) -> None:
    assert await keep(subject, Quarantined("sha256:00", None, b"", "no message")) is True
    kept = await subject.ledger.inbox("sha256:00", "gcs-quarantine")
    assert kept is not None
    assert (kept.message_id, kept.payload) == (None, b"")


async def test_the_same_push_again_changes_nothing(subject: Subject) -> None:
    await keep(subject, Quarantined("msg:1", "1", b"first", "bad JSON"))
    assert await keep(subject, Quarantined("msg:1", "1", b"second", "other")) is False
    kept = await subject.ledger.inbox("msg:1", "gcs-quarantine")
    assert kept is not None
    assert (kept.payload, kept.last_error) == (b"first", "bad JSON")


async def test_quarantine_and_storage_events_never_meet(subject: Subject) -> None:
    stored = a_stored_object(init_facts())
    await keep(subject, Quarantined(stored.dedup_key, "1", b"", "bad JSON"))
    assert (await subject.claim(stored)).won is True
    kept = await subject.ledger.inbox(stored.dedup_key, "gcs-quarantine")
    assert kept is not None
    assert kept.outcome == "quarantined"
