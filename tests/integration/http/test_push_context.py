"""Lines of a push name what is known of it, and nothing of the push before on its connection."""

import structlog
from structlog.testing import capture_logs

from catalog.runtime.logs import merge_work_facts
from tests.integration.http.sidecar import GOOD, Desk, head, running, wire
from tests.unit.adapters.http.pushes import MESSAGE_ID, a_push, body

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Speaking(Desk):
    """Says something while a push is worked on, as any adapter may."""

    async def check(self) -> dict[str, str]:
        structlog.get_logger().info("looked")
        return {"database": "ok"}

    async def keep(self, push: object) -> bool:
        raise ValueError


async def test_a_push_leaves_nothing_behind_on_its_connection() -> None:
    good = f"authorization: {GOOD['authorization']}"
    trace = f"traceparent: 00-{TRACE}-00f067aa0ba902b7-01"
    news = body(a_push())
    with capture_logs(processors=[merge_work_facts]) as logs:
        async with running(Speaking()) as sidecar, wire(sidecar) as line:
            # All at once: the next request begins where the one before ends.
            await line.send(
                head(len(news), good, trace)
                + news
                + head(0)
                + head(None, method="GET", path="/readyz")
            )
            assert [(await line.answer())[0] for _ in range(3)] == [204, 401, 200]
    push, refused, looked = logs
    assert (push["event"], push["trace_id"]) == ("push", TRACE)
    assert push["pubsub_message_id"] == MESSAGE_ID
    assert refused["event"] == "push_refused"
    assert refused["trace_id"] != TRACE
    assert "pubsub_message_id" not in refused
    assert "object_name" not in refused
    assert "trace_id" not in looked


async def test_whatever_fails_during_a_push_is_told_with_what_it_is_about() -> None:
    with capture_logs(processors=[merge_work_facts]) as logs:
        async with running(Desk(finalize_fault=ValueError())) as sidecar:
            assert (await sidecar.push(body(a_push()))).status_code == 503
    (failed,) = logs
    assert failed["event"] == "push_failed"
    assert {"trace_id", "object_name", "gcs_generation", "pubsub_message_id"} <= failed.keys()


async def test_who_is_a_stranger_does_not_choose_the_trace() -> None:
    trace = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with capture_logs(processors=[merge_work_facts]) as logs:
        async with running(Desk()) as sidecar:
            assert (await sidecar.push(body(a_push()), trace)).status_code == 401
            assert (await sidecar.push(body(a_push()), GOOD | trace)).status_code == 204
    refused, push = logs
    assert refused["trace_id"] != TRACE
    assert push["trace_id"] == TRACE
