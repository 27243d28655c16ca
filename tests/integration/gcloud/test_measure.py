"""setup_uploads.sh --check measures: the way from an upload to its callback, and what waits."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.gcloud.cloud import Cloud

WAITING = "pubsub.googleapis.com/subscription/num_undelivered_messages"
OLDEST = "pubsub.googleapis.com/subscription/oldest_unacked_message_age"
TOKEN = "ya29.very-secret"


class Monitoring:
    """Cloud Monitoring's timeSeries.list with one value for each subscription and metric."""

    def __init__(self) -> None:
        self.values = {
            WAITING: {"video-uploads-push": 3, "video-uploads-dead-kept": 0},
            OLDEST: {"video-uploads-push": 2},
        }
        self.credentials: list[str | None] = []
        self.url = ""

    def answer(self, path: str, credential: str | None) -> bytes:
        self.credentials.append(credential)
        asked = parse_qs(urlsplit(path).query)["filter"][0]
        metric = WAITING if WAITING in asked else OLDEST
        series = [
            {
                "resource": {"labels": {"subscription_id": name}},
                "points": [{"value": {"int64Value": str(value)}}, {"value": {"int64Value": "99"}}],
            }
            for name, value in self.values[metric].items()
            if f'"{name}"' in asked
        ]
        return json.dumps({"timeSeries": series}).encode()


@contextmanager
def _serving(monitoring: Monitoring) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = monitoring.answer(self.path, self.headers["authorization"])
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monitoring.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def monitoring() -> Iterator[Monitoring]:
    served = Monitoring()
    with _serving(served):
        yield served


def _check(cloud: Cloud, monitoring: Monitoring, seen: list[object]) -> tuple[int, list[str], str]:
    cloud.write("object", {"timeCreated": "2026-03-01T10:00:00.250000+00:00", "generation": "7"})
    cloud.write("seen", seen)
    ended = cloud.run(
        *("--check", "--measure=logs", "--measure-seconds", "1"),
        CATALOG_SETUP_MONITORING=monitoring.url,
    )
    assert TOKEN not in ended.out + ended.err
    assert cloud.changes() == []
    return ended.code, ended.out.splitlines()[1:], ended.err


def test_the_way_to_the_callback_is_measured_by_the_services_own_clocks(
    cloud: Cloud, monitoring: Monitoring
) -> None:
    code, said, err = _check(cloud, monitoring, [{"timestamp": "2026-03-01T10:00:03.750123456Z"}])
    assert (code, err) == (0, "")
    assert said == [
        "OK     backlog: 3 message(s) wait in video-uploads-push",
        "OK     backlog: 0 message(s) wait in video-uploads-dead-kept",
        "OK     callback: 3.5 s after the upload (3 to 5 s are usual)",
    ]
    assert monitoring.credentials == [f"Bearer {TOKEN}"] * 2
    made, removed = (cloud.folder / "objects").read_text("utf-8").splitlines()
    name = removed.removeprefix("storage rm ")
    assert name.startswith("gs://catalog-bucket/videos/catalog-check/")
    assert made.endswith(name)


def test_a_callback_that_never_comes_and_a_backlog_are_told(
    cloud: Cloud, monitoring: Monitoring
) -> None:
    monitoring.values[WAITING]["video-uploads-dead-kept"] = 4
    monitoring.values[OLDEST]["video-uploads-push"] = 900
    code, said, err = _check(cloud, monitoring, [])
    assert code == 1
    assert [line for line in said if line.startswith("WRONG")] == [
        "WRONG  backlog: 4 dead letter(s) in video-uploads-dead-kept",
        "WRONG  backlog: the oldest push waits for 900 s",
        "WRONG  callback: none seen in logs within 1 s of the upload",
    ]
    assert err == "setup_uploads: it is set up as wanted, but does not work as it should\n"
    assert "storage rm gs://catalog-bucket/" in (cloud.folder / "objects").read_text("utf-8")


def test_monitoring_that_does_not_answer_is_told_once(cloud: Cloud, monitoring: Monitoring) -> None:
    monitoring.url = "http://127.0.0.1:1"
    _, said, _ = _check(cloud, monitoring, [{"timestamp": "2026-03-01T10:00:21Z"}])
    assert len(said) == 3
    assert said[0].startswith("WRONG  backlog: Cloud Monitoring does not answer: curl: (7)")
    assert said[1] == "OK     callback: 20.8 s after the upload (3 to 5 s are usual)"
    assert said[2].startswith("       that is slow: ")


def test_a_log_that_may_not_be_read_ends_with_one_line_and_the_object_goes(
    cloud: Cloud, monitoring: Monitoring
) -> None:
    cloud.refuse("logging read", "ERROR: (gcloud.logging.read) PERMISSION_DENIED: not you")
    code, _, err = _check(cloud, monitoring, [])
    assert code == 1
    assert err.startswith("setup_uploads: gcloud logging read ")
    assert err.endswith(" failed: ERROR: (gcloud.logging.read) PERMISSION_DENIED: not you\n")
    assert err.count("\n") == 1
    assert "storage rm gs://catalog-bucket/" in (cloud.folder / "objects").read_text("utf-8")


def test_the_inbox_tells_where_logs_do_not(cloud: Cloud, monitoring: Monitoring) -> None:
    catalog = cloud.folder / "bin" / "catalog"
    catalog.parent.mkdir()
    received = '{"received_at": "2026-03-01T10:00:04.250+00:00"}'
    catalog.write_text(
        "#!/usr/bin/env bash\n"
        f"[[ $1$2$3$4 == inboxshow--jsoncatalog-bucket/videos/*#7 ]] && echo '{received}'\n"
    )
    catalog.chmod(0o755)
    cloud.write("object", {"timeCreated": "2026-03-01T10:00:00.250000+00:00", "generation": "7"})
    ended = cloud.run(
        *("--check", "--measure=inbox", "--measure-seconds", "2"),
        CATALOG_SETUP_MONITORING=monitoring.url,
        PATH=f"{catalog.parent}:{cloud.path}",
    )
    assert (ended.code, ended.err) == (0, "")
    assert "OK     callback: 4.0 s after the upload" in ended.out
