"""A decision whose premises changed is made again, a bounded number of times."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from catalog.adapters.memory.events import JsonEvents
from catalog.application.cancel_upload import CancelUpload
from catalog.application.deciding import ATTEMPTS
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.store import ConcurrentChangeError, Statements, Store
from catalog.domain.errors import ContentionError
from catalog.domain.upload import UploadStatus
from tests.support.builders import a_stored_object, an_arrival
from tests.support.world import World


class BusyStore:
    """Every transaction but the last of `losses` loses a race at its end."""

    def __init__(self, store: Store, losses: int) -> None:
        self.left = losses
        self._store = store

    def autocommit(self) -> AbstractAsyncContextManager[Statements]:
        return self._store.autocommit()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Statements]:
        async with self._store.transaction() as statements:
            yield statements
            if self.left:
                self.left -= 1
                raise ConcurrentChangeError


async def test_a_race_that_is_lost_now_and_then_goes_unnoticed(world: World) -> None:
    upload = await world.waiting()
    store = BusyStore(world.store, ATTEMPTS - 1)
    finalize = FinalizeUpload(store, JsonEvents(), world.policy.max_size_bytes)
    outcome = await finalize(an_arrival(a_stored_object(upload)))
    assert outcome.effect == "completed"
    assert await world.events_of(upload) == ["video.upload.completed"]


async def test_so_does_one_of_an_owner_who_cancels(world: World) -> None:
    upload = await world.waiting()
    cancel = CancelUpload(BusyStore(world.store, ATTEMPTS - 1), JsonEvents())
    assert (await cancel(upload.user_id, str(upload.upload_id))).status is UploadStatus.FAILED
    assert await world.events_of(upload) == ["video.upload.cancelled"]


async def test_a_race_that_is_always_lost_is_the_callers_to_repeat(world: World) -> None:
    upload = await world.waiting()
    store = BusyStore(world.store, ATTEMPTS)
    finalize = FinalizeUpload(store, JsonEvents(), world.policy.max_size_bytes)
    arrival = an_arrival(a_stored_object(upload))
    with pytest.raises(ContentionError):
        await finalize(arrival)
    assert (await world.now(upload)).status is UploadStatus.PENDING
    assert await world.ledger.inbox(arrival.stored.dedup_key) is None
    assert (await finalize(arrival)).effect == "completed"
