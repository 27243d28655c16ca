"""`catalog dev run` and `catalog dev push`: a stack that serves, and what it leaves: nothing."""

import json
import os
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.e2e.stack_command import FREE_PORTS, SERVING, Place, Running, a_place, dev_run
from tests.support.commands import run

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def stack_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_place(tmp_path_factory.mktemp("stack")) as place:
        yield place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(stack_place: Place) -> AsyncIterator[Running]:
    """One stack for the tests that only look at it."""
    async with dev_run(stack_place) as running:
        await running.says(SERVING)
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as fresh:
        yield fresh


async def test_the_endpoints_are_in_a_file_for_its_owner_alone(
    stack: Running, stack_place: Place
) -> None:
    endpoints = stack_place.endpoints()
    assert sorted(endpoints) == [
        *("bucket", "certs_url", "dsn", "gcs", "grpc", "http", "metrics", "pubsub")
    ]
    assert stack_place.stack_file.stat().st_mode & 0o777 == 0o600
    connection = await asyncpg.connect(endpoints["dsn"])
    assert await connection.fetchval("SELECT count(*) FROM catalog.uploads") >= 0
    await connection.close()


async def test_the_endpoints_are_printed_without_the_database(
    stack: Running, stack_place: Place
) -> None:
    endpoints = stack_place.endpoints()
    said = "\n".join(stack.said)
    assert endpoints.pop("dsn") not in said
    assert "postgresql://" not in said
    assert [value for value in endpoints.values() if value not in said] == []


async def test_a_finalize_pushed_by_hand_three_times_is_one_transition(
    stack: Running, stack_place: Place
) -> None:
    film = stack_place.folder / "film.mp4"
    film.write_bytes(os.urandom(1000))
    folder, user = stack_place.folder, {"CATALOG_USER_ID": str(uuid.uuid4())}
    uploaded = await run("upload", film, "--watch", "--json", folder=folder, environment=user)
    upload_id = json.loads(uploaded.out)["upload_id"]

    pushed = await run("dev", "push", upload_id, "--times", "3", folder=folder, environment=user)

    assert (pushed.code, pushed.err) == (0, "")
    assert pushed.out.splitlines() == ["push 1: 204", "push 2: 204", "push 3: 204"]
    connection = await asyncpg.connect(stack_place.endpoints()["dsn"])
    completions = await connection.fetchval(
        "SELECT count(*) FROM catalog.upload_events WHERE upload_id = $1 AND decision = 'complete'",
        upload_id,
    )
    await connection.close()
    assert completions == 1


async def test_a_push_of_what_is_not_there_is_one_clear_line(
    stack: Running, stack_place: Place
) -> None:
    unknown, user = str(uuid.uuid4()), {"CATALOG_USER_ID": str(uuid.uuid4())}
    pushed = await run("dev", "push", unknown, folder=stack_place.folder, environment=user)
    assert (pushed.code, pushed.out) == (1, "")
    assert pushed.err.startswith("catalog: Catalog refused: ")
    assert pushed.err.count("\n") == 1


async def test_a_second_stack_on_a_taken_port_says_so_and_leaves_the_first_alone(
    stack: Running, stack_place: Place
) -> None:
    before = stack_place.stack_file.read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {**FREE_PORTS, "CATALOG_DEV_HTTP_PORT": str(port)}
        second = await run("dev", "run", folder=stack_place.folder, environment=environment)
    assert (second.code, second.out) == (1, "")
    assert second.err == (
        f"catalog: port {port} cannot be used (Address already in use): does a stack run already? "
        "choose another with CATALOG_DEV_HTTP_PORT=PORT or --http-port PORT, 0 = a free one\n"
    )
    assert stack_place.stack_file.read_bytes() == before


async def test_without_a_stack_a_push_says_how_to_get_one(place: Place) -> None:
    pushed = await run("dev", "push", str(uuid.uuid4()), folder=place.folder)
    assert (pushed.code, pushed.out) == (1, "")
    assert pushed.err == "catalog: no local stack runs here; start one with `make run`\n"


@pytest.mark.parametrize(
    ("number", "moment"), [(signal.SIGINT, "starting PostgreSQL"), (signal.SIGTERM, SERVING)]
)
async def test_a_signal_ends_all_of_it(place: Place, number: signal.Signals, moment: str) -> None:
    await _ended_by(number, moment, place)


async def test_a_signal_while_the_service_starts_ends_all_of_it(
    place: Place, database: str
) -> None:
    await _ended_by(signal.SIGHUP, "starting the service", place, DATABASE_URL=database)


async def _ended_by(number: signal.Signals, moment: str, place: Place, **environment: str) -> None:
    async with dev_run(place, environment) as running:
        await running.says(moment)
        running.process.send_signal(number)
        ended = await running.ends()
    assert (ended.code, ended.out) == (0, "")
    assert "stopping ..." in ended.err
    assert "Traceback" not in ended.err
    await place.is_left_clean()


async def test_a_service_that_ends_by_itself_ends_the_stack(place: Place, database: str) -> None:
    async with dev_run(place, {"DATABASE_URL": database}) as running:
        await running.says(SERVING)
        assert place.endpoints()["dsn"] == database
        assert "starting PostgreSQL ..." not in running.said
        (pid_file,) = place.temporary.glob("catalog-service-*/pid")
        os.kill(int(pid_file.read_text()), signal.SIGKILL)
        ended = await running.ends()
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[-1] == "catalog: the service ended by itself (-9)"
    await place.is_left_clean()


async def test_a_bad_setting_reaches_the_service_and_is_told(place: Place, database: str) -> None:
    environment = {"DATABASE_URL": database, "CATALOG_TELEMETRY__LOG_LEVEL": "loud"}
    async with dev_run(place, environment) as running:
        ended = await running.ends()
    assert (ended.code, ended.out) == (1, "")
    assert "catalog: telemetry.log_level: " in ended.err
    assert ended.err.splitlines()[-1] == "catalog: the service did not start: see above"
    await place.is_left_clean()


async def test_a_database_that_cannot_be_used_is_one_line_without_its_address(
    place: Place,
) -> None:
    environment = {"DATABASE_URL": "mysql://user:c4n4ry@db.example/catalog"}
    async with dev_run(place, environment) as running:
        ended = await running.ends()
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[-1].startswith("catalog: the database's address must be ")
    assert "c4n4ry" not in ended.err
    await place.is_left_clean()


async def test_nothing_outlives_a_stack_that_is_killed(place: Place) -> None:
    async with dev_run(place) as running:
        await running.says(SERVING)
        assert len(place.processes()) >= 4
        running.process.kill()
        await running.ends()
    place.stack_file.unlink()  # the only thing a killed stack leaves; the next one replaces it
    await place.is_left_clean()
