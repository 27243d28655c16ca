"""Secrets wherever there are any, in a broad run: no line, span, figure or error shows one."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx

from catalog.devstack.stack import AUDIENCE
from catalog.emulator import Emulator
from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import Finalize, PushSide
from tests.e2e.refusals import refusal
from tests.e2e.service_process import Served, served
from tests.support.collector import Collector, collector
from tests.support.patience import PATIENT
from tests.support.service import Rpc

PASSWORD = "hunter2-of-the-database"
PLANTED = "c4n4ry"
"""Part of every name, token and header that callers make up."""


@dataclass(slots=True)
class Run:
    """What was done, what must stay secret, and what was answered."""

    service: Served
    emulator: Emulator
    rpc: Rpc
    http: httpx.AsyncClient
    secrets: list[str] = field(default_factory=lambda: [PASSWORD, PLANTED])
    said: list[str] = field(default_factory=list)

    @property
    def pushes(self) -> PushSide:
        return PushSide(self.http, f"{self.service.url}/_/gcs/callback", self.emulator.issuer)

    async def upload(self) -> None:
        """A whole one; its signed URL and its session are secrets."""
        person, content = Person(self.rpc), b"bytes"
        answer = await person.init(an_md5(), filename=f"{PLANTED}.mp4")
        signature = answer.resumable_init_url.rpartition("Signature=")[2]
        opened = await self.http.post(
            answer.resumable_init_url, headers=dict(answer.resumable_init_headers)
        )
        session = opened.headers["location"]
        self.secrets += [answer.resumable_init_url, signature, session, session.rpartition("=")[2]]
        await self.http.put(session, content=content)
        # Its bytes are not those that were announced.
        await self.emulator.pushes.drain(60)

    async def calls_that_fail(self) -> None:
        """Names, ids and metadata that nobody can use."""
        person = Person(self.rpc)
        for metadata in (
            (("user_id", PLANTED),),
            (("user_id", person.user), ("user_id", PLANTED)),
            (*person.metadata, ("authorization", f"Bearer {PLANTED}")),
            (*person.metadata, ("traceparent", PLANTED), ("tracestate", f"a={PLANTED}")),
        ):
            call: Any = self.rpc.channel.unary_unary("/video.v1.UploadService/GetUpload")
            try:
                await call(PLANTED.encode(), metadata=metadata, timeout=20)
            except grpc.aio.AioRpcError as error:
                self.said.append(f"{error!r}{error.trailing_metadata()!r}")
        for failing in (person.get(PLANTED), person.init(PLANTED), person.bind(PLANTED, PLANTED)):
            refused = await refusal(failing)
            self.said.append(f"{refused.whole!r}{refused.status}")

    async def pushes_that_fail(self) -> None:
        """Strangers, poison, and tokens that are right and must not be repeated."""
        token = self.emulator.issuer.push_token(AUDIENCE)
        self.secrets.append(token)
        fine = Finalize(f"videos/{PLANTED[:2]}/x", an_md5()).body()
        for body, bearer in (
            (fine, PLANTED),
            (fine, token[:-8] + PLANTED),
            (PLANTED.encode(), token),
            (json.dumps({"message": {"data": PLANTED}}).encode(), token),
        ):
            answer = await self.pushes.send(body, bearer)
            self.said.append(f"{answer.headers.raw!r}{answer.content!r}")

    def key_lines(self) -> list[str]:
        """The signing key, as it would stand in any text."""
        info = json.loads(self.emulator.service_account_file.read_text("utf-8"))
        lines = [line for line in info["private_key"].splitlines() if "-----" not in line]
        return [info["private_key_id"], *lines[:3]]


async def test_no_secret_is_in_any_line_span_figure_or_error(
    emulator: Emulator, database: str, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    # The test's server asks for no password.
    dsn = database.replace("postgres@", f"postgres:{PASSWORD}@")
    assert PASSWORD in dsn
    async with collector() as told, httpx.AsyncClient(timeout=30, trust_env=False) as http:
        settings = {
            "CATALOG_WORKERS__IN_SERVER": "true",
            "CATALOG_TELEMETRY__LOG_LEVEL": "debug",
            "CATALOG_TELEMETRY__OTLP_ENDPOINT": told.url,
        }
        async with (
            served(emulator, dsn, log, {**PATIENT, **settings}) as service,
            service.rpc() as rpc,
        ):
            run = Run(service, emulator, rpc, http)
            await run.upload()
            await run.calls_that_fail()
            await run.pushes_that_fail()
            port = service.service.metrics_port
            run.said.append((await http.get(f"http://127.0.0.1:{port}/metrics")).text)
    places = {
        "log": log.read_text("utf-8"),
        "spans and figures": b"".join(told.raw).decode("utf-8", "replace"),
        "answers": "".join(run.said),
    }
    assert_silent(places, [*run.secrets, *run.key_lines()], told)


def assert_silent(places: dict[str, str], secrets: list[str], told: Collector) -> None:
    """Nothing of it is anywhere, and there was something to look through."""
    assert told.named("gcs.callback")
    assert told.named("video.v1.UploadService/InitResumableUpload")
    assert all(len(text) > 1000 for text in places.values())
    found = [
        (place, secret) for place, text in places.items() for secret in secrets if secret in text
    ]
    assert found == []
