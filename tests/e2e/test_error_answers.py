"""Every reason of the contract, heard from a running service, told as it is documented."""

from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from catalog.devstack.stack import push_to
from tests.e2e.badly_off import FULL, HURRIED, Sites, crippled
from tests.e2e.person import an_md5
from tests.e2e.provocations import PROVOCATIONS
from tests.e2e.sites import Site, running_site
from tests.unit.adapters.grpc.every_error import DOCUMENTED

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sites(site: Site) -> AsyncIterator[Sites]:
    """The service as it is, and two that are badly off."""
    emulator, dsn = site.emulator, site.service.dsn
    with pytest.MonkeyPatch.context() as environment:
        # The machine's own account, under which an account is asked to sign.
        key_file = str(emulator.service_account_file)
        environment.setenv("GOOGLE_APPLICATION_CREDENTIALS", key_file)
        async with (
            running_site(emulator, dsn, HURRIED) as hurried,
            running_site(emulator, dsn, crippled(emulator.url)) as unable,
            running_site(emulator, dsn, FULL) as full,
        ):
            yield Sites(site, hurried, unable, full)
        push_to(emulator, site.service.running.http.port)


async def test_every_documented_reason_is_provoked_here() -> None:
    assert PROVOCATIONS.keys() == DOCUMENTED.keys()


@pytest.mark.parametrize("reason", PROVOCATIONS)
async def test_each_reason_is_told_as_documented(sites: Sites, reason: str) -> None:
    refused = await PROVOCATIONS[reason](sites)
    assert refused.reason == reason
    assert refused.code is grpc.StatusCode[DOCUMENTED[reason]]
    limited = reason in {"SERVER_OVERLOADED", "RATE_LIMITED"}
    comes_again = limited or refused.code is grpc.StatusCode.UNAVAILABLE
    assert (refused.retry_seconds is not None) is comes_again
    assert bool(refused.offending) is (refused.code is grpc.StatusCode.INVALID_ARGUMENT)


async def test_all_but_new_uploads_goes_on_while_uploads_are_switched_off(sites: Sites) -> None:
    person = sites.usual.person()
    upload = await person.init(md5 := an_md5())
    assert await sites.hurried.pushes.push(person.finalize(md5)) == 204
    assert (await person.get(upload.upload_id)).status == "completed"
