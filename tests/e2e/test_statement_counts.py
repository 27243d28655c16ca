"""What the hot paths cost the database, in the server's own words, on a pool of one connection."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio

from catalog.devstack.postgres import Cluster
from catalog.devstack.stack import AUDIENCE
from catalog.emulator.control import new_key
from tests.e2e.person import Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.server_log import ServerLog, round_trips
from tests.e2e.sites import Site, running_site
from tests.support.emulators import fresh_emulator
from tests.support.postgres import lasting_database

pytestmark = pytest.mark.asyncio(loop_scope="module")
ONE_CONNECTION = {"database": {"pool_min_size": 1, "pool_max_size": 1}}


@dataclass(frozen=True, slots=True)
class Watched:
    site: Site
    log: ServerLog


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(
    template: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Watched]:
    """A service whose statements are logged, every path of it walked once before."""
    dsn = await lasting_database(template)
    name = dsn.rpartition("/")[2].partition("?")[0]
    admin = await asyncpg.connect(template.dsn())
    await admin.execute(f"ALTER DATABASE {name} SET log_min_duration_statement = 0")
    await admin.close()
    folder = tmp_path_factory.mktemp("gcs")
    async with (
        fresh_emulator(folder) as emulator,
        running_site(emulator, dsn, ONE_CONNECTION) as site,
    ):
        for _ in range(2):
            await walk_every_path(site, site.person())
        # What the service asks for itself, now and then, is no part of any path.
        await site.service.running.background.end()
        yield Watched(site, ServerLog(template.log, name))


async def walk_every_path(site: Site, person: Person) -> None:
    video_id = await person.make_video()
    upload = await person.init(md5 := an_md5())
    await person.init(md5)
    await person.bind(upload.upload_id, video_id)
    await person.get(upload.upload_id)
    assert await site.pushes.push(person.finalize(md5).with_wrong_bytes()) == 204
    assert await site.pushes.push(person.finalize(md5)) == 204


async def test_a_new_init_is_one_statement_without_a_transaction(watched: Watched) -> None:
    person = watched.site.person()
    with watched.log.listening() as heard:
        upload = await person.init(an_md5())
    assert round_trips(heard) == ["query"]
    assert await watched.site.records.story(upload.upload_id) == ["init:insert"]


async def test_get_upload_is_one_statement_without_a_transaction(watched: Watched) -> None:
    person = watched.site.person()
    upload = await person.init(an_md5())
    with watched.log.listening() as heard:
        await person.get(upload.upload_id)
    assert round_trips(heard) == ["query"]


@pytest.mark.parametrize("bound", [False, True], ids=["unbound", "bound"])
async def test_a_completion_is_four_round_trips(watched: Watched, *, bound: bool) -> None:
    person = watched.site.person()
    upload = await person.init(md5 := an_md5())
    if bound:
        await person.bind(upload.upload_id, await person.make_video())
    with watched.log.listening() as heard:
        assert await watched.site.pushes.push(person.finalize(md5)) == 204
    assert round_trips(heard) == ["BEGIN", "query", "query", "COMMIT"]
    assert (await person.get(upload.upload_id)).status == "completed"


async def test_a_refusal_of_an_object_is_four_round_trips(watched: Watched) -> None:
    person = watched.site.person()
    await person.init(md5 := an_md5())
    with watched.log.listening() as heard:
        assert await watched.site.pushes.push(person.finalize(md5).with_wrong_bytes()) == 204
    assert round_trips(heard) == ["BEGIN", "query", "query", "COMMIT"]


async def test_a_repeated_push_is_three_round_trips(watched: Watched) -> None:
    person = watched.site.person()
    await person.init(md5 := an_md5())
    news = person.finalize(md5)
    assert await watched.site.pushes.push(news) == 204
    with watched.log.listening() as heard:
        assert await watched.site.pushes.push(news) == 204
    assert round_trips(heard) == ["BEGIN", "query", "COMMIT"]


async def test_a_refused_push_costs_no_statement(watched: Watched) -> None:
    site, person = watched.site, watched.site.person()
    await person.init(md5 := an_md5())
    body = person.finalize(md5).body()
    issuer, forger = site.emulator.issuer, await new_key()
    with watched.log.listening() as heard:
        answers = [
            await site.http.post(site.service.callback_url, content=body),
            await site.pushes.send(body, "no.token.atall"),
            await site.pushes.send(body, issuer.mint({"aud": AUDIENCE}, key=forger)),
            await site.pushes.send(body, issuer.mint({"aud": AUDIENCE, "exp": 1})),
            await site.pushes.send(body, issuer.mint({"aud": "https://elsewhere.example"})),
            await site.pushes.send(body, issuer.mint({"aud": AUDIENCE, "email": "me@x.example"})),
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 403, 403]
    assert heard == []
    assert all(answer.content == b"" for answer in answers)


async def test_an_unusable_call_costs_no_statement(watched: Watched) -> None:
    person = watched.site.person()
    with watched.log.listening() as heard:
        for call in (person.init("not an md5"), person.get("not an id")):
            assert (await refusal(call)).reason == "INVALID_REQUEST"
    assert heard == []
