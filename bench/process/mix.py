"""What a service is asked in a day, mixed: all that Init, reads, reports and news may be."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from bench.items import Item
from bench.load.mixed import Part
from bench.process.alone import Alone
from bench.scenarios.callback import ARRIVED
from bench.seeding import make_uploads
from bench.stage import Stage

_THERE = 1_000
"""Uploads of each kind that are asked about again and again."""
_PUBLISHED_SECONDS = 120.0
_LEFT = "SELECT count(*) FROM catalog.outbox_events WHERE published_at IS NULL"
_CALLS = {"init_new": 15, "repeated": 10, "completed": 10, "get": 15, "list": 5, "report": 10}
_CANCELS = 5
_PUSHES = {"new": 12, "duplicate": 10, "refused": 8}
"""Of a hundred."""


@dataclass(slots=True)
class Mix:
    """Loads one service, in slices that are all alike and never ask for the same new upload."""

    stage: Stage
    service: Alone
    tag: str
    first_error: str = ""
    refused: int = 0
    """Calls that were refused while others were cancelled."""
    _slices: int = field(default=0)

    @classmethod
    async def prepared(cls, stage: Stage, service: Alone, tag: str) -> Self:
        """Make the uploads that are there before the first slice."""
        mix = cls(stage, service, tag)
        waiting, done = mix._items("waiting"), mix._items("done")
        await make_uploads(service.database, waiting)
        await make_uploads(service.database, done, completed=True)
        keys = [item.dedup_key for item in mix._items("arrived")]
        await service.database.execute(ARRIVED, keys)
        return mix

    async def calls(self, count: int) -> int:
        """Make about so many calls and pushes; return how many were not answered as they should."""
        self._slices += 1
        tag = f"{self.tag}-{self._slices}"
        await self._rows(f"{tag}-cancelled", _share(count, _CANCELS))
        await self._rows(f"{tag}-pushed", _share(count, _PUSHES["new"]))
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(self._asked(tag, count))
            pushed = [tasks.create_task(each) for each in self._pushes(tag, count)]
        return sum(self._errors(task.result()) for task in (asked, *pushed))

    async def cancelled(self, count: int) -> int:
        """Have the client cancel so many calls; return how many others failed.

        Others may be refused: the service works on what was cancelled a little longer.
        """
        self._slices += 1
        parts = list(self._of_there(_THERE * 10))
        told = await self.stage.asking.do(
            "load_cancelled", count=count, parts=parts, **self._at(), seed=self._slices
        )
        self.refused += told["refused"]
        return self._errors(told)

    async def all_published(self) -> None:
        """Wait until every event has left. Raises TimeoutError after two minutes."""
        until = time.monotonic() + _PUBLISHED_SECONDS
        while await self.service.database.fetchval(_LEFT):
            if time.monotonic() > until:
                raise TimeoutError("events do not leave")
            await asyncio.sleep(0.1)

    async def _asked(self, tag: str, count: int) -> Mapping[str, Any]:
        new, cancels = _share(count, _CALLS["init_new"]), _share(count, _CANCELS)
        parts: list[Part] = [
            {"kind": "init", "tag": f"{tag}-new", "items": new, "count": new},
            {"kind": "cancel", "tag": f"{tag}-cancelled", "items": cancels, "count": cancels},
            *self._of_there(count),
        ]
        return await self.stage.asking.do(
            "load_mixed", parts=parts, **self._at(), seed=self._slices
        )

    def _of_there(self, count: int) -> Iterator[Part]:
        """Spell what can be asked again and again of uploads that are there."""
        kinds = ("repeated", "init", "waiting"), ("completed", "init", "done")
        more = (("get", "get", "done"), ("list", "list", "done"), ("report", "report", "waiting"))
        for name, kind, tag in (*kinds, *more):
            calls = _share(count, _CALLS[name])
            yield {"kind": kind, "tag": f"{self.tag}-{tag}", "items": _THERE, "count": calls}

    def _pushes(self, tag: str, count: int) -> Iterator[Any]:
        good, forged = self.stage.token, self.stage.forged_token
        yield self._push(f"{tag}-pushed", _share(count, _PUSHES["new"]), good, 204)
        for kind, token, expected in (("duplicate", good, 204), ("refused", forged, 401)):
            yield self._push(f"{self.tag}-arrived", _share(count, _PUSHES[kind]), token, expected)

    async def _push(self, tag: str, count: int, token: str, expected: int) -> Mapping[str, Any]:
        return await self.stage.working.do(
            "load_http",
            tag=tag,
            count=count,
            token=token,
            expected=expected,
            port=self.service.service.http_port,
            server=self.service.service.process.pid,
            seconds=_PUBLISHED_SECONDS,
            warm_seconds=0,
        )

    def _at(self) -> Mapping[str, int]:
        service = self.service.service
        return {"port": service.grpc_port, "server": service.process.pid}

    async def _rows(self, tag: str, count: int) -> None:
        await make_uploads(self.service.database, [Item(tag, number) for number in range(count)])

    def _items(self, kind: str) -> list[Item]:
        return [Item(f"{self.tag}-{kind}", number) for number in range(_THERE)]

    def _errors(self, told: Mapping[str, Any]) -> int:
        self.first_error = self.first_error or told["first_error"]
        return int(told["errors"])


def _share(count: int, of_a_hundred: int) -> int:
    return max(1, count * of_a_hundred // 100)
