"""Tells Catalog how far an upload is: beside the upload, never in its way."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from catalog.client.confirmation import CANCELLED
from catalog.client.errors import ClientError, ServiceError, ServiceUnavailableError
from catalog.client.service import CatalogClient
from catalog.client.tally import Tally


@dataclass(frozen=True, slots=True)
class _Said:
    """All that a report tells, the counts since the upload began."""

    offset: int
    resumes: int
    offset_mismatches: int
    refusals: int


class ProgressReports:
    """Reports on one upload; use as an async context manager around it.

    At most one report is under way. One that fails or takes too long is forgotten, and its
    counts go into the next; when Catalog refuses reports for good there is no next. The block's
    end waits for the last one, for `timeouts.report` seconds at most, unless it is cancelled.
    """

    def __init__(
        self,
        client: CatalogClient,
        tally: Tally,
        total: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._settings = client.settings
        self._tally = tally
        self._total = total
        self._clock = clock
        self._upload_id = ""
        self._offset = 0
        self._answered = _Said(0, 0, 0, 0)
        self._said_offset = 0
        self._said_at = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._refused = False
        self.cancelled = False
        """True once Catalog said that the owner gave the upload up."""

    def about(self, upload_id: str) -> None:
        """Hear which upload the counts belong to; they go into the next report."""
        self._upload_id = upload_id

    def reached(self, upload_id: str, offset: int) -> None:
        """Hear that so many bytes are persisted; reports when it is time to. Returns at once."""
        self._upload_id, self._offset = upload_id, offset
        if self._task is None and self._is_due():
            self._task = asyncio.create_task(self._report(), name="progress-report")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None or issubclass(kind, ClientError):
                await self._last_words()
        finally:
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait({self._task})

    def _is_due(self) -> bool:
        since = self._clock() - self._said_at
        if since >= self._settings.report_interval:
            return True
        ahead = self._offset - self._said_offset
        return (
            since >= self._settings.report_least_interval
            and ahead >= self._total * self._settings.report_share
        )

    async def _last_words(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.timeouts.report):
                if self._task is not None:
                    await asyncio.wait({self._task})
                if self._upload_id and self._now() != self._answered:
                    await self._report()

    def _now(self) -> _Said:
        tally = self._tally
        return _Said(self._offset, tally.resumes, tally.offset_mismatches, tally.refusals)

    async def _report(self) -> None:
        try:
            with contextlib.suppress(TimeoutError, ServiceUnavailableError):
                async with asyncio.timeout(self._settings.timeouts.report):
                    await self._say(self._now())
        except ServiceError:
            self._refused = True
        finally:
            self._task = None

    async def _say(self, said: _Said) -> None:
        if self._refused:
            return
        self._said_at, self._said_offset = self._clock(), said.offset
        answer = await self._client.report_upload_progress(
            self._upload_id,
            bytes_persisted=said.offset,
            resume_count=said.resumes - self._answered.resumes,
            offset_mismatch_count=said.offset_mismatches - self._answered.offset_mismatches,
            precondition_failed_count=said.refusals - self._answered.refusals,
        )
        self._answered = said
        if answer.status == "failed":
            upload = await self._client.get_upload(self._upload_id)
            self.cancelled = upload.error_code == CANCELLED
