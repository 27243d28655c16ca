"""For each reason of the contract, how a client comes to hear it from a real service."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg

from catalog.api.video.v1 import upload_pb2
from catalog.emulator.faults import StorageError
from tests.e2e.badly_off import Sites
from tests.e2e.person import SECONDS, Person, an_md5
from tests.e2e.refusals import Refusal, refusal
from tests.e2e.sites import Site, running_site

END_THOSE_THAT_WAIT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND application_name = 'catalog' AND datname = current_database()"
)
Provocation = Callable[[Sites], Awaitable[Refusal]]


async def failed_upload(site: Site, person: Person) -> str:
    """The MD5 of an upload that failed, with another object in the bucket."""
    answer = await person.init(md5 := an_md5())
    site.emulator.store(answer.object_name, b"other bytes")
    assert await site.pushes.push(person.finalize(md5).with_wrong_bytes()) == 204
    return md5


async def completed_upload(site: Site, person: Person) -> str:
    """The id of an upload that is completed."""
    answer = await person.init(md5 := an_md5())
    assert await site.pushes.push(person.finalize(md5)) == 204
    return answer.upload_id


@contextlib.asynccontextmanager
async def locked(site: Site, upload_id: str) -> AsyncIterator[None]:
    """Somebody else holds the upload while the block lasts."""
    async with site.records.pool.acquire() as connection, connection.transaction():
        query = "SELECT 1 FROM catalog.uploads WHERE upload_id = $1 FOR UPDATE"
        assert await connection.fetchval(query, upload_id) == 1
        yield


async def bind_to_locked(usual: Site, site: Site) -> Refusal:
    """Ask `site` to bind an upload that somebody holds."""
    person = usual.person()
    upload = await person.init(an_md5())
    video_id = await person.make_video()
    async with locked(usual, upload.upload_id):
        return await refusal(person.over(site.rpc).bind(upload.upload_id, video_id))


async def invalid_request(sites: Sites) -> Refusal:
    return await refusal(sites.usual.person().get("no id"))


async def identity_missing(sites: Sites) -> Refusal:
    call = sites.usual.rpc.uploads.GetUpload(upload_pb2.GetUploadRequest(), timeout=SECONDS)
    return await refusal(call)


async def identity_invalid(sites: Sites) -> Refusal:
    return await refusal(Person(sites.usual.rpc, "me").get(str(uuid.uuid4())))


async def upload_not_found(sites: Sites) -> Refusal:
    return await refusal(sites.usual.person().get(str(uuid.uuid4())))


async def video_not_found(sites: Sites) -> Refusal:
    return await refusal(sites.usual.person().video(str(uuid.uuid4())))


async def video_already_bound(sites: Sites) -> Refusal:
    person = sites.usual.person()
    await person.init(md5 := an_md5(), video_id=await person.make_video())
    return await refusal(person.init(md5, video_id=await person.make_video()))


async def video_not_pending(sites: Sites) -> Refusal:
    person = sites.usual.person()
    upload_id = await completed_upload(sites.usual, person)
    video_id = (await person.get(upload_id)).video_id
    return await refusal(person.init(an_md5(), video_id=video_id))


async def video_held_by_upload(sites: Sites) -> Refusal:
    person = sites.usual.person()
    await person.init(an_md5(), video_id=(video_id := await person.make_video()))
    return await refusal(person.init(an_md5(), video_id=video_id))


async def upload_not_waiting(sites: Sites) -> Refusal:
    person = sites.usual.person()
    upload = await person.init(md5 := an_md5())
    assert await sites.usual.pushes.push(person.finalize(md5).with_wrong_bytes()) == 204
    return await refusal(person.bind(upload.upload_id, await person.make_video()))


async def upload_completed(sites: Sites) -> Refusal:
    person = sites.usual.person()
    upload_id = await completed_upload(sites.usual, person)
    call = sites.usual.rpc.uploads.CancelUpload(
        upload_pb2.CancelUploadRequest(upload_id=upload_id), metadata=person.metadata
    )
    return await refusal(call)


async def uploads_disabled(sites: Sites) -> Refusal:
    return await refusal(sites.usual.person().over(sites.hurried.rpc).init(an_md5()))


async def database_unavailable(sites: Sites) -> Refusal:
    """The server ends the connection under a call that waits."""
    site, person = sites.usual, sites.usual.person()
    upload = await person.init(an_md5())
    video_id = await person.make_video()
    async with locked(site, upload.upload_id), asyncio.timeout(SECONDS):
        call = asyncio.create_task(refusal(person.bind(upload.upload_id, video_id)))
        await site.records.until_waiting_for_locks(1)
        await site.records.pool.execute(END_THOSE_THAT_WAIT)
        return await call


async def storage_unavailable(sites: Sites) -> Refusal:
    person = sites.usual.person()
    md5 = await failed_upload(sites.usual, person)
    refused = StorageError(operation="stat", status=403, object=person.named(md5))
    sites.usual.emulator.faults.set(refused)
    return await refusal(person.init(md5))


async def object_in_the_way(sites: Sites) -> Refusal:
    """The bucket says that the object is gone, and shows it all the same."""
    person = sites.usual.person()
    md5 = await failed_upload(sites.usual, person)
    lie = StorageError(operation="delete", status=404, object=person.named(md5))
    sites.usual.emulator.faults.set(lie)
    return await refusal(person.init(md5))


async def signer_unavailable(sites: Sites) -> Refusal:
    return await refusal(sites.usual.person().over(sites.crippled.rpc).init(an_md5()))


async def contention(sites: Sites) -> Refusal:
    return await bind_to_locked(sites.usual, sites.crippled)


async def deadline_exceeded(sites: Sites) -> Refusal:
    return await bind_to_locked(sites.usual, sites.hurried)


async def request_too_large(sites: Sites) -> Refusal:
    return await refusal(sites.usual.person().init("a" * 64 * 1024))


async def server_overloaded(sites: Sites) -> Refusal:
    """Another call has the only place."""
    usual, full = sites.usual, sites.full
    person, other = usual.person(), usual.person()
    upload = await person.init(an_md5())
    video_id = await person.make_video()
    async with locked(usual, upload.upload_id), asyncio.timeout(SECONDS):
        call = person.over(full.rpc).bind(upload.upload_id, video_id)
        waiting = asyncio.create_task(call)
        await usual.records.until_waiting_for_locks(1)
        refused = await refusal(other.over(full.rpc).get(upload.upload_id))
    await waiting
    return refused


async def rate_limited(sites: Sites) -> Refusal:
    person = sites.usual.person().over(sites.full.rpc)
    await refusal(person.get("no id"))
    return await refusal(person.get("no id"))


async def method_unknown(sites: Sites) -> Refusal:
    call: Any = sites.usual.rpc.channel.unary_unary("/video.v1.UploadService/DeleteEverything")
    return await refusal(call(b"", timeout=SECONDS))


async def shutting_down(sites: Sites) -> Refusal:
    """A service that has been told to stop; the calls it has begun may go on for a minute."""
    site = sites.usual
    async with running_site(site.emulator, site.service.dsn) as leaving:
        server = leaving.service.running.grpc
        stopping = asyncio.create_task(server.stop(60, refusal_seconds=30))
        try:
            async with asyncio.timeout(SECONDS):
                while (refused := await completed_or_refused(leaving)) is None:
                    pass
        finally:
            stopping.cancel()
        return refused


async def completed_or_refused(site: Site) -> Refusal | None:
    person = site.person()
    try:
        return await refusal(person.make_video())
    except AssertionError:
        return None


async def internal(sites: Sites) -> Refusal:
    """A schema that is not ours: nothing that the code expects."""
    site, person = sites.usual, sites.usual.person()
    video_id = await person.make_video()
    async with renamed(site.records.pool, "videos"):
        return await refusal(person.video(video_id))


@contextlib.asynccontextmanager
async def renamed(pool: "asyncpg.Pool[asyncpg.Record]", table: str) -> AsyncIterator[None]:
    await pool.execute(f"ALTER TABLE catalog.{table} RENAME TO gone")
    try:
        yield
    finally:
        await pool.execute(f"ALTER TABLE catalog.gone RENAME TO {table}")


PROVOCATIONS: dict[str, Provocation] = {
    provocation.__name__.upper(): provocation
    for provocation in (
        invalid_request, identity_missing, identity_invalid, upload_not_found, video_not_found,
        video_already_bound, video_not_pending, video_held_by_upload, upload_not_waiting,
        upload_completed, uploads_disabled, database_unavailable, storage_unavailable,
        object_in_the_way, signer_unavailable, contention, deadline_exceeded, request_too_large,
        method_unknown, shutting_down, internal, server_overloaded, rate_limited,
    )
}  # fmt: skip
