"""What one look at the levels shows."""

from datetime import timedelta

import pytest

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.levels import Levels, LevelTerms, ShowLevels
from catalog.application.metrics import outbox, pushes, upkeep, uploads
from catalog.domain.errors import DatabaseUnavailableError

TERMS = LevelTerms(timedelta(days=7), 10, frozenset({"b"}))
FULL = Levels(
    waiting={"under_15m": 3, "over_7d": 1},
    oldest_overdue=12.5,
    outbox_backlog=7,
    outbox_parked=2,
    oldest_event=4.5,
    quarantined=5,
    unknown=6,
    tombstones={"queued": 8, "stuck": 9, "done": 10},
    sweep_ages={"bucket": 11.0, "waiting": 12.0},
    sweep_refused=True,
)


class Reader:
    def __init__(self, *answers: Levels | Exception) -> None:
        self.answers = list(answers)

    async def read(self, terms: LevelTerms) -> Levels:
        assert terms == TERMS
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_every_level_has_its_figure() -> None:
    measures = MemoryMeasures()
    await ShowLevels(Reader(FULL), measures, TERMS)()
    level = measures.level
    ages = [level(uploads.WAITING, age=age) for age in uploads.WAITING.labels["age"]]
    assert ages == [3, 0, 0, 0, 1]
    assert level(uploads.OLDEST_WAITING) == 12.5
    assert (level(outbox.BACKLOG), level(outbox.PARKED)) == (7, 2)
    assert level(outbox.OLDEST_UNPUBLISHED) == 4.5
    assert (level(pushes.QUARANTINED), level(pushes.UNKNOWN)) == (5, 6)
    states = [level(upkeep.TOMBSTONES, state=each) for each in upkeep.TOMBSTONES.labels["state"]]
    assert states == [8, 9, 10]
    assert level(upkeep.SWEEP_AGE, sweep="bucket") == 11
    assert level(upkeep.SWEEP_AGE, sweep="completed") is None
    assert level(upkeep.SWEEP_REFUSED) == 1


async def test_what_is_over_falls_to_nothing() -> None:
    measures = MemoryMeasures()
    show = ShowLevels(Reader(FULL, Levels()), measures, TERMS)
    await show()
    await show()
    assert measures.level(uploads.WAITING, age="under_15m") == 0
    assert measures.level(upkeep.TOMBSTONES, state="stuck") == 0
    assert measures.level(outbox.OLDEST_UNPUBLISHED) == 0
    assert measures.level(upkeep.SWEEP_REFUSED) == 0


async def test_a_look_that_fails_leaves_the_last_levels() -> None:
    measures = MemoryMeasures()
    show = ShowLevels(Reader(FULL, DatabaseUnavailableError()), measures, TERMS)
    await show()
    with pytest.raises(DatabaseUnavailableError):
        await show()
    assert measures.level(outbox.BACKLOG) == 7
