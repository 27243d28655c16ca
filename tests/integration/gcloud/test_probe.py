"""probe_bucket.sh, tried on the emulator, which checks signatures as the real service does."""

import asyncio
import json
import os
import re
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from catalog.emulator import Emulator
from tests.integration.gcloud.cloud import SCRIPTS, STAND_IN, Ended

TOKEN = "ya29.very-secret"


async def _probe(folder: Path, *arguments: str, **variables: str) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *[str(SCRIPTS / "probe_bucket.sh"), *arguments],
        cwd=folder,
        env={
            "PATH": f"{STAND_IN}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "STAND_IN": str(folder),
            "CATALOG_SETUP_PROJECT": "catalog-local",
            "CATALOG_SETUP_BUCKET": "catalog-uploads",
            **variables,
        },
        stdout=PIPE,
        stderr=PIPE,
    )
    async with asyncio.timeout(200):
        out, err = await process.communicate()
    assert list(folder.glob("tmp.*")) == []
    return Ended(process.returncode or 0, out.decode(), err.decode())


def _of(emulator: Emulator) -> dict[str, str]:
    return {
        "CATALOG_SETUP_SIGNER_ACCOUNT": emulator.settings.signer_email,
        "CATALOG_SETUP_STORAGE_ENDPOINT": emulator.url,
        "CATALOG_SETUP_IAM_ENDPOINT": emulator.url,
    }


@pytest.mark.timeout(300)
async def test_it_records_what_the_bucket_does_without_a_secret(
    emulator: Emulator, tmp_path: Path
) -> None:
    ended = await _probe(tmp_path, **_of(emulator))
    assert (ended.code, ended.out) == (0, ""), ended.err
    text = (tmp_path / "probe_bucket.jsonl").read_text("utf-8")
    found: dict[tuple[str, str], dict[str, Any]] = {
        (line["probe"], line["step"]): line for line in map(json.loads, text.splitlines())
    }
    assert {step: found["plain_upload", step].get("status") for step in _PLAIN} == _PLAIN
    assert found["plain_upload", "object"]["body"]["metadata"] == {"probe": "1"}
    assert found["existing_object", "put"]["status"] == 412
    assert "<Code>PreconditionFailed</Code>" in found["existing_object", "put"]["body"]
    assert "<Code>MalformedSecurityHeader</Code>" in found["missing_header", "post"]["body"]
    assert "<Code>ExpiredToken</Code>" in found["clock", "expired"]["body"]
    assert found["cancelled", "delete"]["status"] == 499
    assert found["unknown_session", "status"]["status"] == 404
    assert found["signing", "signBlob"]["count"] >= 15
    said = text + ended.out + ended.err
    for secret in (
        TOKEN,
        "Signature=",
        "upload_id=A",
        emulator.url,
        emulator.settings.signer_email,
    ):
        assert secret not in said
    assert re.search(r"[0-9a-f]{128}", said) is None
    assert list(emulator.state.objects) == []


_PLAIN = {
    "post": 201,
    "status_at_zero": 308,
    "first_chunk": 308,
    "last_chunk": 200,
    "status_at_end": 200,
    "put_again": 200,
    "object": 200,
}


async def test_a_dry_run_names_every_probe_and_sends_nothing(tmp_path: Path) -> None:
    ended = await _probe(tmp_path, "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    names = re.findall(r"^  (\w+) +\w", ended.out, re.MULTILINE)
    defined = re.findall(r"^probe_(\w+)\(\)", (SCRIPTS / "lib/probes.sh").read_text(), re.MULTILINE)
    assert names == defined
    assert not (tmp_path / "calls").exists()


async def test_an_unreachable_service_is_one_clear_line(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:1"
    ended = await _probe(tmp_path, CATALOG_SETUP_IAM_ENDPOINT=nowhere)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("probe_bucket: signBlob as upload-signer@catalog-local")
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "probe_bucket.jsonl").exists()


def test_an_answer_full_of_secrets_leaves_none_in_the_record(tmp_path: Path) -> None:
    address = f"https://storage.googleapis.com/b/o?X-Goog-Signature={'ab' * 256}&upload_id=ADPy"
    body = (
        f"<Error><Code>AccessDenied</Code><Details>{address} upload_id=ADPy {TOKEN} "
        f"ops@example.com {'ab' * 256} X-Goog-Signature=abab</Details>"
        "<CanonicalRequest>POST\n/b/o\nX-Goog-Credential=me</CanonicalRequest></Error>"
    )
    parts = {
        "asked": "a_probe\npost\n403\n0.25\n",
        "headers": f"HTTP/2 403\r\nLocation: {address}\r\nX-GUploader-UploadID: ADPy\r\n"
        f"Server: UploadServer\r\nEtag: {TOKEN}\r\nX-Told: {TOKEN}\r\n",
        "body": body,
        "session": f'url = "{address}"\n',
    }
    for name, text in parts.items():
        (tmp_path / f"0001.{name}").write_text(text, "utf-8")
    record = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPTS / "lib/probe_record.py", tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    for secret in ("ADPy", "abab", TOKEN, "ops@", "googleapis", "Credential=me"):
        assert secret not in record
    told = json.loads(record)
    assert told["headers"] == {"server": "UploadServer", "etag": "..."}
    assert (told["status"], told["location"], told["uploader_id_is_upload_id"]) == (403, True, True)
    assert "<Code>AccessDenied</Code>" in told["body"]
