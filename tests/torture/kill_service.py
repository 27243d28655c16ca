"""The service is killed -9 again and again while people upload; nothing is lost, nothing twice."""

import contextlib
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from catalog.emulator import EmulatorSettings, run_emulator
from tests.support.acknowledged import Acknowledged, NotedDeliveries
from tests.support.audit import Audit, Books, audit
from tests.support.crowd import Crowd, so_many
from tests.support.line import line
from tests.support.settling import settled
from tests.support.shuffled_news import ShuffledNews
from tests.torture.figures import Figures
from tests.torture.kill_turns import Turns

SETTLED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class KillFigures:
    """What was measured. Seconds."""

    uploads: int
    pushes: int
    failed_pushes: int
    failed_calls: int
    kills: int
    settled: float
    """From when the last push was first tried."""
    published: int
    repeats: int
    """Events that were published again, each under its first event_id."""
    found: Audit


async def run(
    dsn: str,
    folder: Path,
    *,
    uploads: int,
    kills: int | None,
    every: float = 2.0,
    pushes_per_second: float = float("inf"),
) -> KillFigures:
    """Upload under kills, of which there is no end unless told.

    Raises TimeoutError when somebody got no answer at all.
    """
    said = Acknowledged()
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(run_emulator(_settings(folder)))
        emulator.pushes.log = NotedDeliveries(said)
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)
        leading = await stack.enter_async_context(line(emulator))
        turns = Turns(emulator, dsn, leading, folder / "service.log", every, kills)
        news = ShuffledNews(emulator, said, window=100, per_second=pushes_per_second)
        async with turns.taken():
            await Crowd(emulator, leading, said, news).upload(so_many(uploads))
            with contextlib.suppress(TimeoutError):  # the audit says what is missing
                await settled(connection, news, SETTLED_SECONDS)
            took = time.monotonic() - news.last_at
        books = await Books.read(connection)
        published = emulator.published
        different = {message.attributes["event_id"] for message in published}
        return KillFigures(
            uploads=len(said.uploads),
            pushes=news.handed_over,
            failed_pushes=sum(n for how, n in said.refused.items() if not how.isupper()),
            failed_calls=sum(n for how, n in said.refused.items() if how.isupper()),
            kills=turns.kills,
            settled=took,
            published=len(different),
            repeats=len(published) - len(different),
            found=audit(books, said, emulator),
        )


def _settings(folder: Path) -> EmulatorSettings:
    return EmulatorSettings(
        data_dir=folder / "gcs", redelivery_min_seconds=0.05, redelivery_max_seconds=1.0
    )


@pytest.mark.timeout(1500)
async def test_ten_thousand_uploads_outlive_a_service_killed_every_two_seconds(
    database: str, tmp_path: Path, figures: Figures
) -> None:
    result = await run(database, tmp_path, uploads=10_000, kills=None)

    assert result.found == Audit()
    assert result.settled <= SETTLED_SECONDS
    figures.record(
        1,
        "service killed -9 every 2 s while people upload",
        uploads=result.uploads,
        pushes=result.pushes,
        kills=result.kills,
        failed_pushes=result.failed_pushes,
        failed_calls=result.failed_calls,
        settled_seconds=round(result.settled, 1),
        lost=len(result.found.lost),
        double_transitions=len(result.found.double_transitions),
        duplicate_outbox_rows=len(result.found.duplicate_events),
        events_published=result.published,
        events_repeated=result.repeats,
    )
