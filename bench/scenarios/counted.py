"""How often a call goes to the database and to the signer, counted on the wire."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.activity import Activity
from bench.bare.servers import SELECTED_TAG
from bench.bars import Bar
from bench.counting.service import CountedService, counted_service
from bench.items import Item
from bench.sample import Measured
from bench.seeding import make_uploads
from bench.stage import Stage

ROUND_TRIPS, SIGNATURES = "round trips a call", "signatures a call"
FAMILY = "counted"
CALLS = 400
_FIRST = 32
"""Calls that do for the first time what is done once: statements prepared, a token fetched."""
_AT_ONCE = 8
_LONGEST_SECONDS = 60.0
_OWN = 0.1
"""Left to what a process asks by itself: whether its database is there, twice a second. Among so
many calls that is 40 round trips, which take 20 seconds to come together."""


@dataclass(frozen=True, slots=True)
class _Load:
    """Some calls of one kind, the items of a tag once each."""

    stage: Stage
    counted: CountedService
    tag: str
    count: int

    async def uploads(self, *, completed: bool = False) -> None:
        """Make an upload of each item first."""
        items = [Item(self.tag, number) for number in range(self.count)]
        await make_uploads(self.stage.database, items, completed=completed)

    async def calls(self, kind: str, tag: str = "") -> Mapping[str, Any]:
        """Make them, of the items of another tag where one is given."""
        port = self.counted.service.grpc_port
        return await self._done("load_grpc", kind=kind, port=port, tag=tag or self.tag)

    async def pushes(self) -> Mapping[str, Any]:
        """Push the news of the items."""
        port, token = self.counted.service.http_port, self.stage.token
        return await self._done("load_http", token=token, port=port, tag=self.tag)

    async def _done(self, job: str, **more: object) -> Mapping[str, Any]:
        return await self.stage.asking.do(
            job,
            server=self.counted.service.process.pid,
            seconds=_LONGEST_SECONDS,
            warm_seconds=0.0,
            count=self.count,
            at_once=_AT_ONCE,
            **more,
        )


_Asking = Callable[[_Load], Awaitable[Mapping[str, Any]]]


async def _init_new(load: _Load) -> Mapping[str, Any]:
    return await load.calls("init")


async def _init_repeated(load: _Load) -> Mapping[str, Any]:
    await load.uploads()
    return await load.calls("init")


async def _init_completed(load: _Load) -> Mapping[str, Any]:
    await load.uploads(completed=True)
    return await load.calls("init")


async def _get_upload(load: _Load) -> Mapping[str, Any]:
    return await load.calls("get", SELECTED_TAG)


async def _callback_new(load: _Load) -> Mapping[str, Any]:
    await load.uploads()
    return await load.pushes()


async def _measure(asking: _Asking, stage: Stage, _seconds: float) -> Measured:
    log = stage.folder / "counted.log"
    async with counted_service(stage.emulator, stage.dsn, log) as counted:
        await asking(_Load(stage, counted, stage.fresh_tag(FAMILY), _FIRST))
        before = counted.counts()
        told = await asking(_Load(stage, counted, stage.fresh_tag(FAMILY), CALLS))
        after, calls = counted.counts(), told["total"]
    return Measured(
        operations=told["operations"],
        seconds=told["seconds"],
        errors=told["errors"] + CALLS - calls,
        first_error=told["first_error"] or ("calls were not made" if calls < CALLS else ""),
        numbers={
            ROUND_TRIPS: (after.round_trips - before.round_trips) / calls,
            SIGNATURES: (after.signatures - before.signatures) / calls,
        }
        if calls
        else {},
    )


def _counted(name: str, what: str, asking: _Asking) -> Activity:
    says = f"{what}: what it asks of database and signer"
    return Activity(f"counted_{name}", FAMILY, says, partial(_measure, asking), once=True)


def _round_trips(name: str, many: int, what: str) -> Bar:
    return Bar(
        f"{name}: round trips",
        f"counted_{name}",
        ROUND_TRIPS,
        many + _OWN,
        says=f"<= {many + _OWN:g} a call to the database, counted on the wire: {what}",
        unit="a call",
    )


ACTIVITIES: Sequence[Activity] = (
    _counted("init_new", "InitResumableUpload of content nobody has sent", _init_new),
    _counted("init_repeated", "the same again while the upload waits", _init_repeated),
    _counted("init_completed", "the same again after it completed", _init_completed),
    _counted("get_upload", "GetUpload", _get_upload),
    _counted("callback_new", "a push that completes an upload", _callback_new),
)
BARS: Sequence[Bar] = (
    _round_trips("init_new", 1, "one statement"),
    Bar(
        "init_new: signatures",
        "counted_init_new",
        SIGNATURES,
        1.0,
        says="<= 1 a call, counted where IAM Credentials is asked for it",
        unit="a call",
    ),
    _round_trips("init_repeated", 5, "one statement, and a transaction of two"),
    _round_trips("init_completed", 5, "one statement, and a transaction of two"),
    _round_trips("get_upload", 1, "one statement"),
    _round_trips("callback_new", 4, "a transaction of two statements"),
)
