"""Every push counts for what came of it; who comes in floods is told of by number."""

from time import perf_counter

from structlog.testing import capture_logs

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.metrics.pushes import CALLBACK_COUNT, CALLBACK_DURATION
from tests.integration.http.sidecar import GOOD, head, running, wire
from tests.support.waiting import until
from tests.unit.adapters.http.pushes import a_push, body

STRANGERS = ("Bearer forged", "Bearer forged", "Bearer forbidden")


def counted(measures: MemoryMeasures) -> dict[str, float]:
    outcomes = CALLBACK_COUNT.labels["outcome"]
    found = {each: measures.count(CALLBACK_COUNT, outcome=each) for each in outcomes}
    return {outcome: count for outcome, count in found.items() if count}


async def test_a_flood_of_strangers_counts_exactly_and_does_not_flood_the_log() -> None:
    measures = MemoryMeasures()
    with capture_logs() as logs:
        async with running(measures=measures) as sidecar:
            for _ in range(30):
                for token in STRANGERS:
                    await sidecar.push(b"{}", {"authorization": token})
            assert counted(measures) == {"unauthenticated": 60, "forbidden": 30}
            await until(lambda: sum(line["pushes"] for line in logs) == 90)
    assert {line["event"] for line in logs} == {"push_refused"}
    assert {(line["status"], line["why"]) for line in logs} == {
        (401, "no token"),
        (403, "wrong audience"),
    }
    assert [line["pushes"] for line in logs[:2]] == [1, 1]
    assert len(logs) < 20


async def test_a_sender_that_hangs_up_is_neither_late_nor_slow() -> None:
    measures = MemoryMeasures()
    async with running(measures=measures) as sidecar:
        async with wire(sidecar) as line:
            await line.send(head(100, f"authorization: {GOOD['authorization']}") + b"{")
            await sidecar.doorman.asked.wait()
            asked = perf_counter()
            for _ in range(3):
                await sidecar.push(body(a_push()))
            waited = perf_counter() - asked
        await until(lambda: counted(measures) == {"completed": 3, "abandoned": 1})
    assert measures.recorded(CALLBACK_DURATION)[-1] < waited
