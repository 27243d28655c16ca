"""When an upload is reported, what is told, and that nothing ever waits for it."""

import asyncio
import dataclasses

import pytest

from catalog.client import (
    CatalogClient,
    ClientSettings,
    Reported,
    ServiceError,
    ServiceUnavailableError,
    StorageUnavailableError,
    Timeouts,
)
from catalog.client.reports import ProgressReports
from catalog.client.tally import Tally

MIB = 1024 * 1024
TOTAL = 100 * MIB
SETTINGS = ClientSettings(timeouts=Timeouts(report=0.05))
Told = tuple[int, int, int, int]


class Listening(CatalogClient):
    """A client whose service is in this process."""

    def __init__(self, settings: ClientSettings = SETTINGS) -> None:
        user = "7f0c1f6e-36a5-4d3e-9d4a-111111111111"
        super().__init__("127.0.0.1:1", user, settings=settings)
        self.told: list[Told] = []
        self.trouble: ServiceError | None = None
        self.answering = asyncio.Event()
        self.answering.set()

    async def report_upload_progress(
        self,
        upload_id: str,
        *,
        bytes_persisted: int,
        resume_count: int = 0,
        offset_mismatch_count: int = 0,
        precondition_failed_count: int = 0,
    ) -> Reported:
        self.told.append(
            (bytes_persisted, resume_count, offset_mismatch_count, precondition_failed_count)
        )
        await self.answering.wait()
        if self.trouble is not None:
            raise self.trouble
        return Reported("uploading", bytes_persisted)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclasses.dataclass
class Reporting:
    client: Listening = dataclasses.field(default_factory=Listening)
    tally: Tally = dataclasses.field(default_factory=Tally)
    clock: Clock = dataclasses.field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.reports = ProgressReports(self.client, self.tally, TOTAL, self.clock)

    async def reach(self, offset: int, after: float = 0.0) -> None:
        """Get ahead, so many seconds later; a report that is due is answered meanwhile."""
        self.clock.now += after
        self.reports.reached("up", offset)
        for _ in range(10):
            await asyncio.sleep(0)

    @property
    def offsets(self) -> list[int]:
        return [told[0] for told in self.client.told]


@pytest.fixture
def reporting() -> Reporting:
    return Reporting()


async def test_the_open_session_and_the_end_are_always_told(reporting: Reporting) -> None:
    async with reporting.reports:
        await reporting.reach(0)
        assert reporting.offsets == [0]
        await reporting.reach(TOTAL)
    assert reporting.offsets == [0, TOTAL]


async def test_in_between_every_tenth_is_told_but_not_more_often_than_once_a_second(
    reporting: Reporting,
) -> None:
    async with reporting.reports:
        await reporting.reach(0)
        await reporting.reach(30 * MIB, after=0.5)
        await reporting.reach(40 * MIB, after=0.6)
        await reporting.reach(49 * MIB, after=1.1)
        await reporting.reach(50 * MIB, after=0.1)
    assert reporting.offsets == [0, 40 * MIB, 50 * MIB]


async def test_a_slow_line_is_told_every_few_seconds(reporting: Reporting) -> None:
    async with reporting.reports:
        for second in range(12):
            await reporting.reach(second, after=1)
    assert reporting.offsets == [0, 5, 10, 11]


async def test_what_was_told_last_is_not_told_again(reporting: Reporting) -> None:
    async with reporting.reports:
        await reporting.reach(7)
    assert reporting.offsets == [7]


async def test_an_upload_that_got_no_session_has_nothing_to_tell(reporting: Reporting) -> None:
    async with reporting.reports:
        pass
    assert reporting.offsets == []


async def test_counts_are_told_once_each(reporting: Reporting) -> None:
    async with reporting.reports:
        reporting.tally.resumes = 2
        await reporting.reach(0)
        reporting.tally.offset_mismatches = 1
        await reporting.reach(1, after=10)
        reporting.tally.resumes, reporting.tally.refusals = 3, 1
    assert reporting.client.told == [(0, 2, 0, 0), (1, 0, 1, 0), (1, 1, 0, 1)]


async def test_counts_of_a_report_that_failed_go_into_the_next(reporting: Reporting) -> None:
    reporting.client.trouble = ServiceUnavailableError("no")
    async with reporting.reports:
        reporting.tally.resumes = 2
        await reporting.reach(0)
        reporting.client.trouble = None
        reporting.tally.resumes = 3
    assert reporting.client.told == [(0, 2, 0, 0), (0, 3, 0, 0)]


async def test_reports_that_are_refused_for_good_are_not_repeated(reporting: Reporting) -> None:
    reporting.client.trouble = ServiceError("no", code="UNIMPLEMENTED")
    async with reporting.reports:
        for offset in range(3):
            await reporting.reach(offset, after=10)
    assert reporting.offsets == [0]


async def test_one_report_at_a_time_and_none_that_anybody_waits_for() -> None:
    reporting = Reporting(Listening(ClientSettings(timeouts=Timeouts(report=30))))
    reporting.client.answering.clear()
    async with reporting.reports:
        for offset in range(5):
            await reporting.reach(offset, after=10)
        assert reporting.offsets == [0]
        reporting.client.answering.set()
    assert reporting.offsets == [0, 4]


async def test_a_service_that_never_answers_costs_the_end_no_more_than_the_deadline(
    reporting: Reporting,
) -> None:
    reporting.client.answering.clear()
    async with asyncio.timeout(10):
        async with reporting.reports:
            await reporting.reach(0)
            await reporting.reach(TOTAL)


async def ended_by(reporting: Reporting, error: BaseException) -> None:
    """An upload that gets a session and ends like this."""
    async with reporting.reports:
        await reporting.reach(0)
        reporting.tally.resumes = 4
        raise error


async def test_an_upload_that_fails_still_tells_what_it_met(reporting: Reporting) -> None:
    with pytest.raises(StorageUnavailableError):
        await ended_by(reporting, StorageUnavailableError("away"))
    assert reporting.client.told[-1] == (0, 4, 0, 0)


async def test_a_cancelled_upload_ends_at_once(reporting: Reporting) -> None:
    reporting.client.answering.clear()
    with pytest.raises(asyncio.CancelledError):
        await ended_by(reporting, asyncio.CancelledError())
    assert reporting.offsets == [0]
