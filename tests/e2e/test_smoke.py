"""scripts/smoke_upload.sh: one upload by curl alone."""

import asyncio
import json
import os
import uuid
from asyncio.subprocess import PIPE
from pathlib import Path

from catalog.emulator import faults
from tests.support.commands import REPOSITORY, Ended, end_of
from tests.support.service import Service

SCRIPT = REPOSITORY / "scripts" / "smoke_upload.sh"
STEPS = [
    "CreateVideo",
    "InitResumableUpload",
    "session start          201",
    "chunk 1                308 bytes=0-524287",
    "status query           308 bytes=0-524287",
    "chunk 2                308 bytes=0-1048575",
    "chunk 3                200",
    "GetUpload              completed",
    "GetVideo               processing",
]


async def _smoke(folder: Path, **variables: str) -> Ended:
    process = await asyncio.create_subprocess_exec(
        SCRIPT,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "CATALOG_STACK_FILE": str(folder / "stack.json"),
            **variables,
        },
        stdout=PIPE,
        stderr=PIPE,
    )
    ended = await end_of(process)
    assert list(folder.glob("tmp.*")) == []
    return ended


def _told_no_secret(live: Service, ended: Ended) -> None:
    said = ended.out + ended.err
    assert "Signature" not in said
    assert live.emulator.url not in said


async def test_it_goes_every_step_against_the_stack_of_the_file(
    live: Service, tmp_path: Path
) -> None:
    (tmp_path / "stack.json").write_text(json.dumps({"grpc": live.target}))
    ended = await _smoke(tmp_path)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert [line[: len(step)] for line, step in zip(lines, STEPS, strict=True)] == STEPS
    _told_no_secret(live, ended)
    statuses = await live.database.fetch("SELECT status FROM catalog.uploads")
    assert [row["status"] for row in statuses] == ["completed"]


async def test_an_upload_that_never_completes_is_one_clear_line(
    live: Service, tmp_path: Path
) -> None:
    live.emulator.faults.set(faults.Drop())
    user = str(uuid.uuid4())
    ended = await _smoke(
        tmp_path, CATALOG_GRPC=live.target, CATALOG_USER_ID=user, CATALOG_SMOKE_SECONDS="1"
    )
    assert ended.code == 1
    assert ended.err == "smoke: UploadService/GetUpload still says pending after 1 s\n"
    assert ended.out.splitlines()[-1] == STEPS[6]
    _told_no_secret(live, ended)


async def test_a_refusal_of_the_service_is_told(live: Service, tmp_path: Path) -> None:
    ended = await _smoke(tmp_path, CATALOG_GRPC=live.target, CATALOG_USER_ID="nobody")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("smoke: VideoService/CreateVideo was refused: ")
    assert "unauthenticated" in ended.err
    assert ended.err.count("\n") == 1


async def test_a_refusal_of_the_storage_is_told(live: Service, tmp_path: Path) -> None:
    live.emulator.faults.set(faults.StorageError(status=503, operation="put"))
    ended = await _smoke(tmp_path, CATALOG_GRPC=live.target)
    assert (ended.code, ended.err) == (1, "smoke: chunk 1: expected 308, got 503\n")


async def test_without_a_stack_it_says_how_to_get_one(tmp_path: Path) -> None:
    ended = await _smoke(tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "smoke: no local stack: start one with make run, or set CATALOG_GRPC\n"
