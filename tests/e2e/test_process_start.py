"""What keeps the process from starting is said in lines for people, with an exit code."""

import asyncio
import os
import socket
import sys
import uuid
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from catalog.devstack.postgres import Cluster
from catalog.devstack.stack import service_settings
from catalog.emulator import Emulator
from tests.support.commands import REPOSITORY, Ended, end_of, run

CANARY = "c4n4ry"


async def test_all_bad_settings_are_named_at_once(tmp_path: Path) -> None:
    file = REPOSITORY / "configs" / "config.yaml"
    ended = await run(
        "serve",
        "--conf",
        file,
        folder=tmp_path,
        environment={
            "DATABASE_URL": f"mysql://user:{CANARY}@h/x",
            "CATALOG_SERVER__GRPC_ADDR": "nowhere",
            "CATALOG_GCS__SIGNED_URL_TTL_SECONDS": "99999",
            "CATALOG_TYPO__KEY": "1",
        },
    )
    lines = ended.err.splitlines()
    assert (ended.code, ended.out) == (2, "")
    assert all(line.startswith("catalog: ") for line in lines)
    assert sorted(line.split(": ")[1] for line in lines[:-1]) == [
        "CATALOG_TYPO__KEY",
        "database.url",
        "gcs.bucket",
        "gcs.callback_audience",
        "gcs.push_service_account_email",
        "gcs.signed_url_ttl_seconds",
        "gcs.signer_service_account",
        "server.grpc_addr",
    ]
    assert lines[-1] == "catalog: 8 setting(s) to mend; see configs/config.yaml"
    assert CANARY not in ended.err


@pytest.mark.parametrize("command", ["serve", "migrate"])
async def test_without_a_database_address_both_say_where_to_set_it(
    command: str, tmp_path: Path
) -> None:
    ended = await run(command, folder=tmp_path)
    assert ended.code == 2
    assert "catalog: database.url: must be set (DATABASE_URL, or database.url_file)" in ended.err


async def test_the_script_of_the_process_is_the_command(tmp_path: Path) -> None:
    script = REPOSITORY / "cmd" / "grpc" / "main.py"
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", str(script), "--conf", "none.yaml"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)},
        stdout=PIPE,
        stderr=PIPE,
    )
    ended = await end_of(process)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("catalog: none.yaml: cannot be read (No such file or directory)\n")


def _one_line(ended: Ended) -> str:
    """The only line that a failed command said."""
    assert (ended.code, ended.out) == (1, "")
    assert CANARY not in ended.err
    (line,) = ended.err.splitlines()
    return line


async def test_a_database_that_is_not_there_is_one_line(emulator: Emulator, tmp_path: Path) -> None:
    settings = service_settings(emulator, f"postgresql://user:{CANARY}@127.0.0.1:1/x")
    ended = await run("serve", folder=tmp_path, environment=settings)
    assert _one_line(ended) == (
        "catalog: the database cannot be used (ConnectionRefusedError): check DATABASE_URL"
    )


async def test_the_schema_is_made_once_and_a_database_only_when_asked_for(
    cluster: Cluster, emulator: Emulator, tmp_path: Path
) -> None:
    settings = service_settings(emulator, cluster.dsn(f"fresh_{uuid.uuid4().hex}"))

    mistyped = await run("migrate", folder=tmp_path, environment=settings)
    first = await run("migrate", "--create", folder=tmp_path, environment=settings)
    again = await run("migrate", folder=tmp_path, environment=settings)

    migrations = sorted(path.name for path in (REPOSITORY / "migrations").glob("*.sql"))
    assert _one_line(mistyped).startswith("catalog: cannot migrate: ")
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines() == [f"applied {name}" for name in migrations]
    assert (again.code, again.out, again.err) == (0, "the schema is up to date\n", "")


async def test_an_empty_database_is_refused_with_the_remedy(
    cluster: Cluster, emulator: Emulator, tmp_path: Path
) -> None:
    settings = service_settings(emulator, cluster.dsn("postgres"))
    ended = await run("serve", folder=tmp_path, environment=settings)
    line = _one_line(ended)
    assert line.startswith("catalog: the database lacks migrations 001, 002, ")
    assert line.endswith(": run catalog migrate")


@pytest.mark.parametrize("server", ["GRPC", "HTTP"])
async def test_a_taken_port_is_named(
    server: str, database: str, emulator: Emulator, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = service_settings(emulator, database)
        settings[f"CATALOG_SERVER__{server}_ADDR"] = address
        ended = await run("serve", folder=tmp_path, environment=settings)
    # gRPC's core adds a line of its own.
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback" not in ended.err
    assert ended.err.splitlines()[-1].startswith(
        f"catalog: server.{server.lower()}_addr: cannot listen on {address} ("
    )
