"""One token for all callers, renewed in time, with at most one refresh under way."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError

from catalog.adapters.gcs.access_tokens import GoogleAccessTokens
from catalog.domain.errors import SignerUnavailableError
from tests.support.waiting import until

HOUR = timedelta(hours=1)
# google-auth calls a token stale from 3:45 minutes before its end on.
NEARLY_OVER = timedelta(minutes=2)
OVER = timedelta(minutes=-1)


class Machine(Credentials):
    """Credentials whose refreshes are counted, may be held back and may fail."""

    def __init__(self, *lives: timedelta, faults: int = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google-auth types a part
        self.refreshes = 0
        self.go = threading.Event()
        self.go.set()
        self._lives = lives
        self._faults = faults

    def refresh(self, request: Any) -> None:
        assert self.go.wait(5)
        self.refreshes += 1
        if self.refreshes <= self._faults:
            raise RefreshError("canary")  # type: ignore[no-untyped-call]  # google-auth types a part
        life = self._lives[min(self.refreshes, len(self._lives)) - 1]
        self.token = f"token-{self.refreshes}"
        self.expiry = datetime.now(UTC).replace(tzinfo=None) + life


async def test_a_hundred_cold_callers_share_one_refresh() -> None:
    machine = Machine(HOUR)
    tokens = GoogleAccessTokens(lambda: machine)
    found = await asyncio.gather(*(tokens.token() for _ in range(100)))
    assert set(found) == {"token-1"}
    assert await tokens.token() == "token-1"
    assert machine.refreshes == 1


async def test_nothing_is_loaded_before_the_first_call() -> None:
    loaded: list[Machine] = []

    def load() -> Machine:
        loaded.append(Machine(HOUR))
        return loaded[-1]

    tokens = GoogleAccessTokens(load)
    assert not loaded
    await tokens.token()
    await tokens.token()
    assert len(loaded) == 1


async def test_a_token_near_its_end_is_given_out_while_the_next_is_fetched() -> None:
    machine = Machine(NEARLY_OVER, HOUR)
    tokens = GoogleAccessTokens(lambda: machine)
    assert await tokens.token() == "token-1"
    machine.go.clear()
    assert {await tokens.token() for _ in range(20)} == {"token-1"}
    machine.go.set()
    await until(lambda: machine.refreshes == 2 and machine.token == "token-2")
    assert await tokens.token() == "token-2"


async def test_a_token_past_its_end_is_never_given_out() -> None:
    machine = Machine(OVER, HOUR)
    tokens = GoogleAccessTokens(lambda: machine)
    with pytest.raises(SignerUnavailableError):
        await tokens.token()
    assert await tokens.token() == "token-2"


async def test_a_failed_refresh_is_tried_again_by_the_next_caller() -> None:
    machine = Machine(HOUR, faults=1)
    tokens = GoogleAccessTokens(lambda: machine)
    with pytest.raises(SignerUnavailableError) as refusal:
        await tokens.token()
    assert "canary" not in str(refusal.value)
    assert await tokens.token() == "token-2"


async def test_a_machine_without_credentials_has_no_token() -> None:
    def load() -> Machine:
        raise RefreshError("nothing found")  # type: ignore[no-untyped-call]  # likewise

    with pytest.raises(SignerUnavailableError):
        await GoogleAccessTokens(load).token()


async def test_a_hanging_refresh_ends_at_its_deadline() -> None:
    machine = Machine(HOUR)
    machine.go.clear()
    tokens = GoogleAccessTokens(lambda: machine, refresh_deadline_seconds=0.05)
    with pytest.raises(SignerUnavailableError):
        await tokens.token()
    machine.go.set()


async def test_a_caller_that_gives_up_does_not_end_the_refresh_for_the_others() -> None:
    machine = Machine(HOUR)
    machine.go.clear()
    tokens = GoogleAccessTokens(lambda: machine)
    first, second = (asyncio.create_task(tokens.token()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    machine.go.set()
    assert await second == "token-1"
    assert first.cancelled()
    assert machine.refreshes == 1


async def test_closing_ends_a_refresh_and_may_be_repeated() -> None:
    machine = Machine(HOUR)
    machine.go.clear()
    tokens = GoogleAccessTokens(lambda: machine)
    waiting = asyncio.create_task(tokens.token())
    await asyncio.sleep(0)
    await tokens.aclose()
    await tokens.aclose()
    with pytest.raises(SignerUnavailableError):
        await waiting
    machine.go.set()
