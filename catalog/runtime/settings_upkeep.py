"""The sections of upkeep: reaper, sweeps and deletions, retention."""

from pydantic import BaseModel, ConfigDict, Field

from catalog.domain.retention import LEAST_INBOX_DAYS
from catalog.runtime.settings import Seconds

_MOST_DAYS = 36_500


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReaperSettings(_Section):
    """Uploads whose sessions have ended."""

    interval_seconds: Seconds = 30.0
    margin_seconds: float = Field(900.0, ge=0, le=86_400)
    lease_seconds: Seconds = 120.0
    batch_size: int = Field(100, ge=1, le=1000)
    at_once: int = Field(4, ge=1, le=64)


class GcSettings(_Section):
    """Objects to delete, news that were lost, and what nobody owns."""

    deletion_interval_seconds: Seconds = 10.0
    lease_seconds: Seconds = 120.0
    batch_size: int = Field(100, ge=1, le=1000)
    at_once: int = Field(4, ge=1, le=64)
    retry_seconds: Seconds = 5.0
    retry_max_seconds: Seconds = 3600.0
    stuck_after: int = Field(10, ge=1, le=1000)
    waiting_after_minutes: float = Field(15.0, ge=0, le=10_080)
    waiting_interval_seconds: Seconds = 900.0
    bucket_interval_hours: float = Field(24.0, ge=0, le=8760)
    page_size: int = Field(1000, ge=2, le=1000)
    page_lease_seconds: Seconds = 300.0
    orphan_margin_hours: float = Field(24.0, ge=0, le=8760)
    delete_orphans: bool = False
    max_orphan_fraction: float = Field(0.05, ge=0, le=1)
    min_objects: int = Field(1000, ge=1, le=1_000_000)


class RetentionSettings(_Section):
    """How long what is over is kept. Completed uploads are kept for ever."""

    inbox_days: int = Field(LEAST_INBOX_DAYS, ge=LEAST_INBOX_DAYS, le=_MOST_DAYS)
    quarantine_days: int = Field(90, ge=LEAST_INBOX_DAYS, le=_MOST_DAYS)
    history_days: int = Field(400, ge=1, le=_MOST_DAYS)
    failed_uploads_days: int = Field(90, ge=0, le=_MOST_DAYS)
    tombstones_days: int = Field(90, ge=0, le=_MOST_DAYS)
    interval_seconds: Seconds = 3600.0
    batch_size: int = Field(500, ge=1, le=10_000)
