"""Keeping what cannot be used."""

from catalog.application.quarantine_push import QuarantinePush
from catalog.application.records import Quarantined
from tests.support.world import World


async def test_an_unusable_push_is_kept_once(world: World) -> None:
    keep = QuarantinePush(world.store)
    push = Quarantined("msg:1", "1", b"\x00", "bad JSON")
    assert [await keep(push), await keep(push)] == [True, False]
    kept = await world.ledger.inbox("msg:1", "gcs-quarantine")
    assert kept is not None
    assert (kept.outcome, kept.payload, kept.last_error) == ("quarantined", b"\x00", "bad JSON")


async def test_raw_bytes_show_in_no_repr() -> None:
    assert "secret" not in repr(Quarantined("msg:1", "1", b"secret", "bad JSON"))
