"""No RPC runs for anybody but one user known beyond doubt."""

from dataclasses import replace

import grpc
import pytest

from catalog.adapters.grpc.identity import IdentityReader
from catalog.domain.errors import NotFoundError, UploadNotFoundError, VideoNotFoundError
from tests.integration.grpc.service import (
    AS_USER,
    GUARD,
    METHODS,
    USER,
    UseCases,
    reason,
    refusal,
    rich_status,
    serving,
)

OTHER = "a69027df-4903-4ad9-abd1-abe43714f04e"
TWO_KEYS = replace(GUARD, identity=IdentityReader(["user_id", "x-user"]))
UNKNOWN = {
    "nobody": [],
    "under another name": [("user-id", str(USER))],
    "empty": [("user_id", "")],
    "malformed": [("user_id", "me")],
    "upper case": [("user_id", str(USER).upper())],
    "two values": [("user_id", str(USER)), ("user_id", OTHER)],
    "the same value twice": [("user_id", str(USER)), ("user_id", str(USER))],
    "values in one": [("user_id", f"{USER},{OTHER}")],
    "disagreeing keys": [("user_id", str(USER)), ("x-user", OTHER)],
    "one good key, one bad": [("user_id", str(USER)), ("x-user", "me")],
}


async def test_every_rpc_runs_for_the_user_it_names() -> None:
    async with serving() as service:
        for method in METHODS:
            await service.call(method)
    users = [getattr(asked, "user", None) or asked[0] for asked in service.use_cases.asked]
    assert users == [USER] * len(METHODS)


async def test_two_keys_that_agree_name_one_user() -> None:
    async with serving(guard=TWO_KEYS) as service:
        await service.call(METHODS[0], [*AS_USER, ("x-user", str(USER))])
    assert len(service.use_cases.asked) == 1


@pytest.mark.parametrize("who", UNKNOWN)
async def test_no_rpc_runs_for_a_doubtful_user(who: str) -> None:
    expected = "IDENTITY_MISSING" if who in ("nobody", "under another name") else "IDENTITY_INVALID"
    async with serving(guard=TWO_KEYS) as service:
        for method in METHODS:
            error = await refusal(service, method, metadata=UNKNOWN[who])
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED
            assert reason(error) == expected
            assert str(USER) not in str(rich_status(error))
    assert service.use_cases.asked == []


async def test_who_is_not_known_learns_nothing_of_limits_or_parsing() -> None:
    async with serving() as service:
        for raw in (b"\xff", b"\x0a\xff\xff\x03" + b"x" * 0xFFFF):
            error = await refusal(service, METHODS[0], metadata=[], raw=raw)
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("error", [UploadNotFoundError, VideoNotFoundError])
async def test_absent_and_foreign_are_the_same_bytes(error: type[NotFoundError]) -> None:
    answers = []
    for _ in range(2):
        async with serving(UseCases(fault=error())) as service:
            answer = await refusal(service, METHODS[1])
            answers.append((answer.code(), answer.details(), answer.trailing_metadata()))
    assert answers[0] == answers[1]
