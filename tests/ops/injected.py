"""Ten faults, and an hour without one."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import grpc

from catalog.emulator.faults import CertsDown, ClockJump, Delay, Drop, WrongMd5
from catalog.emulator.topic_faults import TopicError
from tests.e2e.person import an_md5
from tests.ops.scene import Scene

_ORPHANS = 40
_FLOODING = 24
_LONG_AGO = timedelta(days=30)


async def _nothing(_scene: Scene) -> None:
    """All is well."""


async def _serve(scene: Scene) -> None:
    await scene.serve()


async def database_down(scene: Scene) -> None:
    """PostgreSQL crashes and stays away."""
    await asyncio.to_thread(scene.cluster.stop, "immediate")


async def pubsub_down(scene: Scene) -> None:
    """Pub/Sub neither takes events nor delivers notifications."""
    scene.emulator.faults.set(TopicError(), Delay(seconds=3600))


async def issuer_down(scene: Scene) -> None:
    """The token issuer answers 503, and a process starts that has no keys yet."""
    scene.emulator.faults.set(CertsDown())
    await scene.serve()


async def wrong_md5(scene: Scene) -> None:
    """The bucket has other bytes than were announced."""
    scene.emulator.faults.set(WrongMd5())


async def flood(scene: Scene) -> None:
    """Many users call at once, again and again."""

    async def call() -> None:
        while True:
            with contextlib.suppress(grpc.aio.AioRpcError):
                await scene.person().init(an_md5(), size_bytes=1)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as calls:
        for _ in range(_FLOODING):
            calls.create_task(call())


async def poison_push(scene: Scene) -> None:
    """A push that is authentic and makes no sense."""
    assert (await scene.pushes.send(b'{"message": {"data": 7}}')).status_code == 204


async def parked_event(scene: Scene) -> None:
    """The topic refuses the events of one upload, for ever."""
    person, md5 = scene.person(), an_md5()
    upload_id = (await person.init(md5, size_bytes=1000)).upload_id
    scene.emulator.faults.set(TopicError(status="INVALID_ARGUMENT", object=upload_id))
    assert await scene.pushes.push(person.finalize(md5)) == 204


async def _serve_and_relay(scene: Scene) -> None:
    await scene.serve()
    await scene.work("outbox", "outbox_pruning")


async def stuck_relay(scene: Scene) -> None:
    """The only process that relays hangs."""
    assert scene.worker is not None
    scene.worker.send_signal(signal.SIGSTOP)


async def sweep_refusing(scene: Scene) -> None:
    """Much of the bucket is old and nobody's, as with a database that was restored."""
    scene.emulator.faults.set(ClockJump(seconds=-_LONG_AGO.total_seconds()))
    for _ in range(_ORPHANS):
        person, md5 = scene.person(), an_md5()
        scene.emulator.store(person.named(md5), b"nobody's")
    scene.emulator.faults.clear(ClockJump)
    await scene.serve()  # the sweep looks as soon as its process starts


async def lost_notifications(scene: Scene) -> None:
    """The bucket tells nobody of its objects any more."""
    scene.emulator.faults.set(Drop())


@dataclass(frozen=True, slots=True)
class Injected:
    """What happens, and which alert must say so."""

    happens: Callable[[Scene], Awaitable[None]]
    alert: str | None
    seconds: int = 50
    """How long it is recorded from the fault on."""
    settings: Mapping[str, str] = field(default_factory=dict)
    begins: Callable[[Scene], Awaitable[None]] = _serve


INJECTED: Mapping[str, Injected] = {
    "quiet_hour": Injected(_nothing, None, 120),
    "database_down": Injected(database_down, "CatalogDatabaseDown"),
    "pubsub_down": Injected(pubsub_down, "CatalogTopicDown", 100),
    "issuer_down": Injected(issuer_down, "CatalogIssuerUnreachable"),
    "wrong_md5": Injected(wrong_md5, "CatalogMd5Mismatches"),
    "flood": Injected(flood, "CatalogRefusingLoad", settings={"CATALOG_LIMITS__MAX_CALLS": "2"}),
    "poison_push": Injected(poison_push, "CatalogPushesQuarantined", 30),
    "parked_event": Injected(
        parked_event,
        "CatalogEventsParked",
        settings={"CATALOG_OUTBOX__MAX_ATTEMPTS": "3"},
    ),
    "stuck_relay": Injected(
        stuck_relay,
        "CatalogOutboxStuck",
        settings={"CATALOG_WORKERS__IN_SERVER": "false"},
        begins=_serve_and_relay,
    ),
    "sweep_refusing": Injected(
        sweep_refusing,
        "CatalogSweepRefused",
        settings={
            "CATALOG_GC__DELETE_ORPHANS": "true",
            "CATALOG_GC__BUCKET_INTERVAL_HOURS": str(1 / 3600),
        },
    ),
    "lost_notifications": Injected(lost_notifications, "CatalogNotificationsLost", 100),
}
