"""Reads the levels now and then, and knows how old what it shows is."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from catalog.adapters.postgres.levels import PostgresLevels
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.init_resumable_upload import SESSION_LIFE
from catalog.application.levels import LevelTerms, ShowLevels
from catalog.application.metrics.metric import Measures
from catalog.application.worker import PeriodicWorker
from catalog.runtime.config import Config


@dataclass(slots=True)
class LevelReading:
    """One loop; a look that fails is tried again in time."""

    show: ShowLevels
    every_seconds: float
    measures: Measures
    _shown_at: float = field(default_factory=time.monotonic)

    def age_seconds(self) -> float:
        """How old the levels are; before the first look, how long they are awaited."""
        return time.monotonic() - self._shown_at

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set."""
        journal = structlog.get_logger(component="levels").bind()
        worker = PeriodicWorker("levels", self._round, self.every_seconds, journal, self.measures)
        await worker.run(stop)

    async def _round(self, _stop: asyncio.Event) -> bool:
        await self.show()
        self._shown_at = time.monotonic()
        return False


def level_reading(config: Config, store: PostgresStore, measures: Measures) -> LevelReading:
    """Wire it as the settings want it."""
    life = SESSION_LIFE + timedelta(seconds=config.gcs.signed_url_ttl_seconds)
    terms = LevelTerms(life, config.gc.stuck_after, config.gcs.buckets)
    show = ShowLevels(PostgresLevels(store), measures, terms)
    return LevelReading(show, config.telemetry.levels_interval_seconds, measures)
