"""What one example does to the real system: the moves of the model, by the real use cases."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid5

from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.memory.objects import MemoryObjects
from catalog.adapters.memory.publisher import MemoryPublisher
from catalog.application.cancel_upload import CancelUpload
from catalog.application.forget_upload import ForgetUpload, NotForgottenError
from catalog.application.outbox_pruning import PruneOutbox
from catalog.application.prune_records import PruneRecords
from catalog.application.relay_outbox import RelayOutbox
from catalog.application.report_upload_progress import ReportUploadProgress
from catalog.application.sweep_walk import SweepMode, SweepRun
from catalog.domain.backoff import Backoff
from catalog.domain.errors import UploadNotFoundError
from catalog.domain.policies import ProgressReport
from catalog.domain.retention import Retention
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject, UserId
from catalog.domain.video import Video
from tests.integration.model import rules
from tests.integration.model.site import Site
from tests.integration.model.upkeep import DONE
from tests.support.announcing import relay_sessions
from tests.support.builders import BUCKET, POLICY, a_user, an_arrival
from tests.support.sql_ledger import SqlLedger
from tests.support.upkeep import Upkeep
from tests.support.world import World
from tests.torture.relay_topic import Silence
from tests.unit.application.relay_world import QUICK

NO_TIME = timedelta(0)
"""Leases and waits end when they begin: nobody has to wait for the dead."""
_WAITING = "SELECT count(*) FROM catalog.outbox_events WHERE published_at IS NULL"
_WITHDRAW = (
    "UPDATE catalog.videos SET status = 'archived', version = version + 1 WHERE video_id = $1"
)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


RETENTION = Retention(
    inbox=_minutes(rules.INBOX_KEPT),
    quarantine=_minutes(rules.INBOX_KEPT),
    history=_minutes(rules.HISTORY_KEPT),
    failed_uploads=_minutes(rules.FAILED_KEPT),
    session_margin=_minutes(rules.FAILED_MARGIN),
    tombstones=_minutes(rules.TOMBSTONES_KEPT),
)


@dataclass(slots=True)
class Stage:
    """A user, a bucket and a topic of its own; the database is emptied."""

    site: Site
    user: UserId = field(default_factory=a_user)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    topic: MemoryPublisher = field(default_factory=MemoryPublisher)
    things: dict[int, StoredObject] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    """Of every row that was ever there."""
    films: dict[str, Video] = field(default_factory=dict)

    @property
    def world(self) -> World:
        ledger = SqlLedger(self.site.witness)  # type: ignore[arg-type] # fetches as a pool does
        return World(self.site.store, ledger, objects=self.objects)

    @property
    def upkeep(self) -> Upkeep:
        return Upkeep(self.site.store, self.objects, at_once=1)

    def ref(self, file: str) -> ObjectRef:
        return ObjectRef.for_upload(BUCKET, self.user, md5_of(file))

    def upload_id(self, name: str) -> str:
        return next(str(each) for each, known in self.names.items() if known == name)

    async def create_film(self, title: str) -> str:
        request = str(uuid5(self.user, title))
        video = await self.world.create_video(self.user, title, request_id=request)
        self.films[title] = video
        return video.status.value

    async def withdraw(self, title: str) -> None:
        await self.site.witness.execute(_WITHDRAW, self.films[title].video_id)

    async def init(self, file: str, title: str, film: str | None) -> str:
        video = self.films[film] if film is not None else None
        answer = await self.world.init(self.user, md5_of(file), video=video, filename=title)
        assert (answer.start is None) == (answer.upload.status.value == "completed")
        return answer.upload.status.value

    async def progress(self, name: str, size: int) -> str:
        report = ProgressReport(size, 1, 0, 0)
        use_case = ReportUploadProgress(self.site.store, POLICY.max_size_bytes)
        return (await use_case(self.user, self.upload_id(name), report)).status.value

    async def cancel(self, name: str) -> str:
        use_case = CancelUpload(self.site.store, JsonEvents())
        return (await use_case(self.user, self.upload_id(name))).status.value

    def put(self, file: str, generation: int, kind: rules.Kind) -> None:
        md5 = {"wrong": md5_of("something else"), "composite": None}.get(kind, md5_of(file))
        stored = StoredObject(
            ref=self.ref(file),
            generation=Generation(generation),
            size_bytes=POLICY.max_size_bytes + (kind == "huge"),
            md5=md5,
            crc32c="yZRlqg==",
            etag="CJ+x",
            content_type="video/mp4",
        )
        self.things[generation] = self.objects.put(stored)

    async def hear(self, generation: int) -> str:
        """A push with a message id that was never seen before."""
        arrival = an_arrival(self.things[generation])
        return (await self.upkeep.finalizer(arrival)).effect

    async def reap(self) -> str:
        await self.upkeep.reap(lease=NO_TIME)
        return DONE

    async def sweep(self, *, orphans: bool) -> str:
        mode = SweepMode.DELETE if orphans else SweepMode.REPAIR
        sweep = self.upkeep.bucket_sweep(lease=NO_TIME)
        assert (await sweep(SweepRun(mode, restart=True))).state == "finished"
        return DONE

    async def sweep_waiting(self) -> str:
        sweep = self.upkeep.waiting_sweep(lease=NO_TIME)
        assert (await sweep(SweepRun(SweepMode.REPAIR, restart=True))).state == "finished"
        return DONE

    async def work_off(self) -> str:
        backoff = Backoff(NO_TIME, NO_TIME)
        while (await self.upkeep.delete(lease=NO_TIME, backoff=backoff)).claimed:
            pass
        return DONE

    async def prune(self) -> str:
        await PruneRecords(self.site.store, RETENTION)()
        await PruneOutbox(self.site.store, _minutes(rules.EVENTS_KEPT))(asyncio.Event())
        return DONE

    async def relay(self) -> str:
        """Run a relay until nothing waits."""
        if not await self.site.witness.fetchval(_WAITING):
            return DONE
        sessions, stop = relay_sessions(self.site.way), asyncio.Event()
        relay = RelayOutbox(
            sessions,
            self.topic,
            replace(QUICK, heartbeat=0.05, poll_min=0.01, poll_max=0.02),
            Silence(),
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay.run(stop))
            while await self.site.witness.fetchval(_WAITING):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            stop.set()
        return DONE

    async def forget(self, name: str) -> str:
        try:
            await ForgetUpload(self.site.store, self.objects)(self.upload_id(name))
        except UploadNotFoundError as absent:
            return absent.reason
        except NotForgottenError:
            return "not forgotten"
        return "forgotten"

    def grow_older(self, minutes: int) -> None:
        self.site.pass_time(minutes)
        created = self.objects.created
        self.objects.created = {each: at - _minutes(minutes) for each, at in created.items()}


def md5_of(file: str) -> Md5:
    return Md5(hashlib.md5(file.encode()).hexdigest())
