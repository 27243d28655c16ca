"""How the service is set up that is measured."""

from bench.bare.pool import database_settings
from catalog.devstack.stack import service_settings
from catalog.emulator import Emulator


def unlimited_settings(emulator: Emulator, dsn: str) -> dict[str, str]:
    """Settings as environment variables: what is measured is what calls cost, not who is let in."""
    settings = service_settings(emulator, dsn) | database_settings(dsn)
    settings["CATALOG_LIMITS__USER_CALLS_PER_SECOND"] = "0"
    settings["CATALOG_LIMITS__WORK_SHARE"] = "0"
    return settings
