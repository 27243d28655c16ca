"""Whatever the database driver raises, its text is in no answer and in no log line."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.runtime.readiness import ServiceReadiness
from tests.e2e.brittle import Brittle, Parts
from tests.e2e.broken_pool import Trouble, broken_pool
from tests.e2e.canary import DRIVER_FAULTS, OTHER_FAULTS, Fault, assert_silent, watched
from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import Finalize
from tests.e2e.refusals import refusal

FAULTS = DRIVER_FAULTS + OTHER_FAULTS
SOME_ID = str(uuid.uuid4())
CALLS: list[Callable[[Person], Awaitable[object]]] = [
    lambda person: person.init(an_md5()),
    lambda person: person.init(an_md5(), video_id=SOME_ID),
    lambda person: person.get(SOME_ID),
    lambda person: person.bind(SOME_ID, SOME_ID),
    lambda person: person.make_video(),
    lambda person: person.video(SOME_ID),
]
"""Each RPC, with and without a transaction."""
TOLD = {"DATABASE_UNAVAILABLE", "CONTENTION", "INTERNAL", "STORAGE_UNAVAILABLE"}


@pytest.mark.parametrize("at", ["acquire", "begin", "statement"])
async def test_no_fault_of_the_database_reaches_a_client(
    at: str, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = Trouble()
    pool = broken_pool(trouble, at)
    async with watched(Parts(store=PostgresStore(pool, 1)), caplog) as service:
        person = Person(service.rpc)
        for number, fault in enumerate(FAULTS):
            trouble.make = fault
            refused = await refusal(CALLS[number % len(CALLS)](person))
            assert_silent(refused)
            assert refused.reason in TOLD
            assert trouble.strikes > number


@pytest.mark.parametrize(("at", "faults"), [("acquire", OTHER_FAULTS), ("statement", FAULTS)])
async def test_no_fault_of_the_database_reaches_an_http_body(
    at: str, faults: list[Fault], caplog: pytest.LogCaptureFixture
) -> None:
    trouble = Trouble()
    pool = broken_pool(trouble, at)
    async with watched(Parts(store=PostgresStore(pool, 1)), caplog) as service:
        for trouble.make in faults:
            await assert_pushes_are_silent(service)
    assert trouble.strikes >= 2 * len(faults)


async def assert_pushes_are_silent(service: Brittle) -> None:
    """One that is fine, which is to come again, and one that nobody can use."""
    fine = await service.push(Finalize("videos/a/b", an_md5()).body())
    poison = await service.push(b"{")
    assert (fine.status_code, fine.content) == (503, b"")
    assert poison.status_code in (204, 503)
    assert poison.content == b""
    assert_silent(fine)
    assert_silent(poison)


@dataclass(frozen=True, slots=True)
class NewReadiness:
    """Has never looked before, each time that it is asked."""

    trouble: Trouble

    async def check(self) -> Mapping[str, str]:
        return await ServiceReadiness(broken_pool(self.trouble, "statement")).check()


async def test_no_fault_of_the_database_reaches_who_asks_for_readiness(
    caplog: pytest.LogCaptureFixture,
) -> None:
    trouble = Trouble()
    async with watched(Parts(readiness=NewReadiness(trouble)), caplog) as service:
        for trouble.make in FAULTS:
            ready = await service.http.get("/readyz")
            assert ready.status_code == 503
            assert_silent(ready)
    assert trouble.strikes == len(FAULTS)
