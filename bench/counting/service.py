"""A service whose statements and signatures are counted on their way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.counting.line import Line, counted_line
from bench.counting.signatures import Door, counted_door
from bench.serving import unlimited_settings
from catalog.devstack.process import ServiceProcess, service_process
from catalog.emulator import Emulator

_PATIENT = {
    "CATALOG_DATABASE__ACQUIRE_TIMEOUT_SECONDS": "20",
    "CATALOG_GCS__TIMEOUT_SECONDS": "20",
    "CATALOG_SERVER__CALL_DEADLINE_SECONDS": "20",
    "CATALOG_SERVER__CALLBACK_DEADLINE_SECONDS": "20",
}
"""Nothing is timed here, and what was tried twice would be counted twice."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was asked of others, from the start of the service on."""

    round_trips: int
    signatures: int


@dataclass(frozen=True, slots=True)
class CountedService:
    """It serves."""

    service: ServiceProcess
    line: Line
    door: Door

    def counts(self) -> Counts:
        """Tell how many there were so far. Those of a call are in it once its answer is."""
        return Counts(self.line.round_trips, self.door.asked)


@asynccontextmanager
async def counted_service(emulator: Emulator, dsn: str, log: Path) -> AsyncIterator[CountedService]:
    """Serve while the block lasts, with IAM Credentials for the signer. Needs no workers.

    It has one connection to the database: what was asked there once is prepared there, and
    no later call has to do that. Raises ServiceProcessError.
    """
    async with counted_line(dsn) as line, counted_door(emulator.url) as door:
        settings = unlimited_settings(emulator, line.dsn) | {
            **_PATIENT,
            "CATALOG_DATABASE__POOL_MIN_SIZE": "1",
            "CATALOG_DATABASE__POOL_MAX_SIZE": "1",
            "CATALOG_GCS__SIGNER": "iam",
            "CATALOG_GCS__SIGNER_SERVICE_ACCOUNT": emulator.settings.signer_email,
            "CATALOG_GCS__IAM_ENDPOINT": door.url,
            "GOOGLE_APPLICATION_CREDENTIALS": str(emulator.service_account_file),
        }
        async with service_process(settings, log=log) as service:
            yield CountedService(service, line, door)
