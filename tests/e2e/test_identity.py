"""Who may see what: every RPC, every way of saying who calls, ids that are foreign or absent."""

import base64
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import pytest_asyncio

from catalog.api.video.v1 import upload_pb2, video_pb2
from catalog.devstack.postgres import Cluster
from tests.e2e.person import SECONDS, Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site, fresh_site

pytestmark = pytest.mark.asyncio(loop_scope="module")
USERINFO = "x-apigateway-api-userinfo"
TWO_KEYS = {"auth": {"user_id_metadata_keys": ("user_id", USERINFO)}}
Metadata = tuple[tuple[str, str], ...]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(template: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A service that takes the user's name from either of two keys."""
    async with fresh_site(template, tmp_path_factory.mktemp("gcs"), TWO_KEYS) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Ids:
    """What a call is about."""

    upload_id: str
    video_id: str


def absent() -> Ids:
    return Ids(str(uuid.uuid4()), str(uuid.uuid4()))


async def owned_by(person: Person) -> Ids:
    """A waiting upload and a waiting video."""
    return Ids((await person.init(an_md5())).upload_id, await person.make_video())


def init(ids: Ids) -> Any:
    return upload_pb2.InitResumableUploadRequest(
        filename="a.mp4",
        content_type="video/mp4",
        content_md5_hex=an_md5(),
        video_id=ids.video_id,
    )


CALLS: dict[str, Callable[[Ids], Any]] = {
    "UploadService/InitResumableUpload": init,
    "UploadService/GetUpload": lambda ids: upload_pb2.GetUploadRequest(upload_id=ids.upload_id),
    "UploadService/BindUploadToVideo": lambda ids: upload_pb2.BindUploadToVideoRequest(
        upload_id=ids.upload_id, video_id=ids.video_id
    ),
    "UploadService/CancelUpload": lambda ids: upload_pb2.CancelUploadRequest(
        upload_id=ids.upload_id
    ),
    "UploadService/ListUploads": lambda _ids: upload_pb2.ListUploadsRequest(),
    "UploadService/ReportUploadProgress": lambda ids: upload_pb2.ReportUploadProgressRequest(
        upload_id=ids.upload_id, bytes_persisted=1
    ),
    "VideoService/CreateVideo": lambda ids: video_pb2.CreateVideoRequest(
        title="Holiday", request_id=ids.video_id
    ),
    "VideoService/GetVideo": lambda ids: video_pb2.GetVideoRequest(video_id=ids.video_id),
}
"""Every RPC, with a request that its owner is answered."""
every_rpc = pytest.mark.parametrize("rpc", CALLS)
NOT_THERE = {
    "UploadService/InitResumableUpload": "VIDEO_NOT_FOUND",
    "UploadService/GetUpload": "UPLOAD_NOT_FOUND",
    "UploadService/BindUploadToVideo": "UPLOAD_NOT_FOUND",
    "UploadService/CancelUpload": "UPLOAD_NOT_FOUND",
    "UploadService/ReportUploadProgress": "UPLOAD_NOT_FOUND",
    "VideoService/GetVideo": "VIDEO_NOT_FOUND",
}
"""What RPCs that are given an id say to those who have no such thing."""


def userinfo(user: str) -> tuple[str, str]:
    payload = json.dumps({"sub": user, "iss": "gateway"}).encode()
    return USERINFO, base64.urlsafe_b64encode(payload).decode().rstrip("=")


def nobody(_user: str) -> Metadata:
    return ()


DOUBTFUL: dict[str, Callable[[str], Metadata]] = {
    "nobody": nobody,
    "no UUID": lambda _user: (("user_id", "me"),),
    "empty": lambda _user: (("user_id", ""),),
    "upper case": lambda user: (("user_id", user.upper()),),
    "braces": lambda user: (("user_id", f"{{{user}}}"),),
    "two values": lambda user: (("user_id", user), ("user_id", str(uuid.uuid4()))),
    "the same value twice": lambda user: (("user_id", user), ("user_id", user)),
    "values in one": lambda user: (("user_id", f"{user},{uuid.uuid4()}"),),
    "disagreeing keys": lambda user: (("user_id", user), userinfo(str(uuid.uuid4()))),
    "one key malformed": lambda user: (("user_id", user), (USERINFO, "e30")),
}


async def call(site: Site, rpc: str, request: Any, metadata: Metadata) -> Any:
    service, name = rpc.split("/")
    stub: Any = site.rpc.uploads if service == "UploadService" else site.rpc.videos
    return await getattr(stub, name)(request, metadata=metadata, timeout=SECONDS)


async def test_every_rpc_of_the_contract_is_called_here() -> None:
    files = (upload_pb2.DESCRIPTOR, video_pb2.DESCRIPTOR)
    services = [service for file in files for service in file.services_by_name.values()]
    names = {f"{service.name}/{method.name}" for service in services for method in service.methods}
    assert names == CALLS.keys()


@every_rpc
async def test_the_owner_is_answered(site: Site, person: Person, rpc: str) -> None:
    for metadata in (person.metadata, (userinfo(person.user),)):
        ids = await owned_by(person)
        await call(site, rpc, CALLS[rpc](ids), metadata)
    ids = await owned_by(person)
    await call(site, rpc, CALLS[rpc](ids), (*person.metadata, userinfo(person.user)))


@every_rpc
@pytest.mark.parametrize("who", DOUBTFUL)
async def test_nobody_in_particular_learns_nothing(
    site: Site, person: Person, rpc: str, who: str
) -> None:
    metadata = DOUBTFUL[who](person.user)
    there = await refusal(call(site, rpc, CALLS[rpc](await owned_by(person)), metadata))
    not_there = await refusal(call(site, rpc, CALLS[rpc](absent()), metadata))
    assert there.code is grpc.StatusCode.UNAUTHENTICATED
    assert there.reason == ("IDENTITY_MISSING" if who == "nobody" else "IDENTITY_INVALID")
    assert there.whole == not_there.whole
    assert person.user not in str(there.status)


async def in_every_state(site: Site, owner: Person) -> list[Ids]:
    """Uploads and videos of somebody: waiting, bound, failed and completed."""
    every = [await owned_by(owner) for _ in range(4)]
    for ids in every[1:]:
        await owner.bind(ids.upload_id, ids.video_id)
    for ids, right in ((every[2], False), (every[3], True)):
        md5 = (await site.records.upload(ids.upload_id))["content_md5"]
        news = owner.finalize(md5)
        assert await site.pushes.push(news if right else news.with_wrong_bytes()) == 204
    return every


@pytest.mark.parametrize("rpc", NOT_THERE)
async def test_what_belongs_to_another_is_answered_as_what_never_was(
    site: Site, person: Person, rpc: str
) -> None:
    stranger = site.person().metadata
    unknown = await refusal(call(site, rpc, CALLS[rpc](absent()), stranger))
    assert (unknown.code, unknown.reason) == (grpc.StatusCode.NOT_FOUND, NOT_THERE[rpc])
    for ids in await in_every_state(site, person):
        before = await site.records.everything(ids.upload_id)
        foreign = await refusal(call(site, rpc, CALLS[rpc](ids), stranger))
        assert foreign.whole == unknown.whole
        assert await site.records.everything(ids.upload_id) == before


async def test_a_foreign_video_for_an_upload_of_one_s_own_is_as_good_as_none(
    site: Site, person: Person
) -> None:
    stranger = site.person()
    own = await owned_by(stranger)
    unknown = await refusal(stranger.bind(own.upload_id, absent().video_id))
    assert unknown.reason == "VIDEO_NOT_FOUND"
    for ids in await in_every_state(site, person):
        foreign = await refusal(stranger.bind(own.upload_id, ids.video_id))
        assert foreign.whole == unknown.whole
    assert (await stranger.get(own.upload_id)).video_id == ""


async def test_a_foreign_upload_for_a_video_of_one_s_own_is_as_good_as_none(
    site: Site, person: Person
) -> None:
    stranger = site.person()
    own = await owned_by(stranger)
    unknown = await refusal(stranger.bind(absent().upload_id, own.video_id))
    assert unknown.reason == "UPLOAD_NOT_FOUND"
    for ids in await in_every_state(site, person):
        foreign = await refusal(stranger.bind(ids.upload_id, own.video_id))
        assert foreign.whole == unknown.whole


async def test_the_same_request_id_of_two_users_makes_two_videos(
    site: Site, person: Person
) -> None:
    request = video_pb2.CreateVideoRequest(title="Holiday", request_id=str(uuid.uuid4()))
    made = [
        (await call(site, "VideoService/CreateVideo", request, who.metadata)).video.video_id
        for who in (person, site.person(), person)
    ]
    assert made[0] == made[2] != made[1]
