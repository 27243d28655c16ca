"""Use cases with their figures: counted and timed around what they do, never within."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from time import perf_counter

from catalog.application.finalize_upload import FinalizeOutcome
from catalog.application.init_resumable_upload import InitAnswer, InitCommand
from catalog.application.metrics import uploads as figures
from catalog.application.metrics.metric import Measures, Take
from catalog.application.metrics.pushes import REDELIVERIES
from catalog.application.records import Arrival
from catalog.domain.errors import (
    CatalogError,
    DeadlineExceededError,
    InternalError,
    UnavailableError,
    UploadsDisabledError,
)
from catalog.domain.policies import ProgressReport
from catalog.domain.upload import Effect, FailureCode, Upload
from catalog.domain.values import UserId

_OURS = (UnavailableError, DeadlineExceededError, InternalError)
"""Unavailable since somebody said so: no fault."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class MeasuredInit:
    """InitResumableUpload with its figures."""

    use_case: Callable[[InitCommand], Awaitable[InitAnswer]]
    measures: Measures

    async def __call__(self, command: InitCommand) -> InitAnswer:
        """Do what the use case does, and count it."""
        started, result = perf_counter(), "failed"
        try:
            answer = await self.use_case(command)
            result = answer.result
        except UploadsDisabledError:
            result = "disabled"
            raise
        except CatalogError as error:
            result = "failed" if isinstance(error, _OURS) else "refused"
            raise
        except asyncio.CancelledError:
            result = "abandoned"
            raise
        else:
            return answer
        finally:
            self.measures.add(figures.INIT_COUNT, result=result)
            self.measures.record(figures.INIT_LATENCY, perf_counter() - started)


@dataclass(frozen=True, slots=True)
class MeasuredFinalize:
    """FinalizeUpload with its figures, whoever brings the news."""

    use_case: Callable[[Arrival], Awaitable[FinalizeOutcome]]
    measures: Measures
    now: Callable[[], datetime] = field(default=_now)
    _counting: Callable[[str, str], Take] = field(init=False)
    """Finds what counts an outcome by who brought it; looked up once."""

    def __post_init__(self) -> None:
        adding, count = self.measures.adding, figures.FINALIZE_COUNT
        counting = cache(lambda outcome, actor: adding(count, outcome=outcome, actor=actor))
        object.__setattr__(self, "_counting", counting)

    async def __call__(self, arrival: Arrival) -> FinalizeOutcome:
        """Do what the use case does, and count it."""
        outcome = await self.use_case(arrival)
        add = self.measures.add
        self._counting(outcome.effect, arrival.actor)(1)
        if outcome.refusal is FailureCode.MD5_MISMATCH:
            add(figures.MD5_MISMATCH)
        if outcome.effect == Effect.DUPLICATE and arrival.actor == "push":
            add(REDELIVERIES)
        if outcome.effect == Effect.COMPLETED:
            self._completed(arrival, outcome)
        return outcome

    def _completed(self, arrival: Arrival, outcome: FinalizeOutcome) -> None:
        add = self.measures.add
        if outcome.size_differs:
            add(figures.DECLARATION_DIFFERS, field="size")
        if outcome.type_differs:
            add(figures.DECLARATION_DIFFERS, field="content_type")
        if outcome.video_created:
            add(figures.VIDEO_CREATED_LATE)
        if arrival.stored_at is not None:
            lag = (self.now() - arrival.stored_at).total_seconds()
            self.measures.record(figures.FINALIZE_LAG, lag)


@dataclass(frozen=True, slots=True)
class MeasuredReport:
    """ReportUploadProgress with what clients tell of their troubles."""

    use_case: Callable[[UserId, str, ProgressReport], Awaitable[Upload]]
    measures: Measures

    async def __call__(self, user: UserId, upload_id: str, report: ProgressReport) -> Upload:
        """Do what the use case does, and count what was reported."""
        upload = await self.use_case(user, upload_id, report)
        self.measures.add(figures.CHUNK_RESUMES, report.resume_count)
        self.measures.add(figures.OFFSET_MISMATCHES, report.offset_mismatch_count)
        self.measures.add(figures.GENERATION_VIOLATIONS, report.precondition_failed_count)
        return upload


@dataclass(frozen=True, slots=True)
class MeasuredCancel:
    """CancelUpload, counted."""

    use_case: Callable[[UserId, str], Awaitable[Upload]]
    measures: Measures

    async def __call__(self, user: UserId, upload_id: str) -> Upload:
        """Do what the use case does, and count it."""
        upload = await self.use_case(user, upload_id)
        self.measures.add(figures.CANCELLED)
        return upload
