"""A user's uploads in pages, by RPC, by library and by command."""

import json
from pathlib import Path

import grpc
import pytest

from catalog.api.video.v1.upload_pb2 import GetUploadResponse
from catalog.client import CatalogClient
from tests.e2e.owner import as_person, cancel, page, report
from tests.e2e.person import Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site
from tests.support import commands

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def some_uploads(person: Person, count: int) -> list[str]:
    """Ids, newest first."""
    made = [(await person.init(an_md5())).upload_id for _ in range(count)]
    return made[::-1]


async def test_pages_are_the_list_newest_first_and_show_what_get_shows(
    site: Site, person: Person
) -> None:
    ids = await some_uploads(person, 7)
    await site.person().init(an_md5())
    seen, token, sizes = list[GetUploadResponse](), "", list[int]()
    while True:
        found = await page(person, size=3, token=token)
        seen += found.uploads
        sizes.append(len(found.uploads))
        token = found.next_page_token
        if not token:
            break
        assert len(sizes) < 10, "the list never ends"
        await person.init(an_md5())
    assert [each.upload_id for each in seen] == ids
    assert sizes == [3, 3, 1]
    assert seen[0] == await person.get(ids[0])


async def test_a_status_narrows_the_list(person: Person) -> None:
    pending, uploading, failed = await some_uploads(person, 3)
    await report(person, uploading)
    await cancel(person, failed)
    found = {
        status: [each.upload_id for each in (await page(person, status)).uploads]
        for status in ("pending", "uploading", "failed", "completed")
    }
    assert found == {
        "pending": [pending], "uploading": [uploading], "failed": [failed], "completed": [],
    }  # fmt: skip


async def test_whoever_has_no_uploads_gets_an_empty_page(person: Person) -> None:
    found = await page(person)
    assert (list(found.uploads), found.next_page_token) == ([], "")


async def test_every_bad_field_is_named(person: Person) -> None:
    answer = await refusal(page(person, "done", 101, "garbage"))
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.offending == ["status", "page_size", "page_token"]


async def test_a_token_belongs_to_its_filter(person: Person) -> None:
    await some_uploads(person, 2)
    token = (await page(person, "pending", 1)).next_page_token
    assert token
    answer = await refusal(page(person, "failed", 1, token))
    assert answer.offending == ["page_token"]


async def test_the_library_goes_through_all_pages(site: Site, person: Person) -> None:
    ids = await some_uploads(person, 7)
    async with CatalogClient(site.service.target, person.user) as client:
        seen = [each.upload_id async for each in client.every_upload(page_size=2)]
    assert seen == ids


async def test_the_command_shows_the_newest_and_says_that_there_are_more(
    site: Site, person: Person, tmp_path: Path
) -> None:
    ids = await some_uploads(person, 4)
    await cancel(person, ids[1])
    who = as_person(site, person)

    table = await commands.run("list", "--limit", "3", folder=tmp_path, environment=who)
    machine = await commands.run(
        "list", "--status", "pending", "--json", folder=tmp_path, environment=who
    )

    assert (table.code, table.err) == (0, "catalog: there are more: --limit 6\n")
    heading, *lines = table.out.splitlines()
    assert heading.split("  ")[0].strip() == "upload id"
    assert [line.split()[0] for line in lines] == ids[:3]
    assert "failed CANCELLED" in lines[1]
    listed = json.loads(machine.out)
    assert [each["upload_id"] for each in listed["uploads"]] == [ids[0], *ids[2:]]
    assert (machine.err, listed["more"]) == ("", False)
