"""Settings of processes under test whose deadlines are for others to test."""

from collections.abc import Mapping

PATIENT: Mapping[str, str] = {
    "CATALOG_SERVER__CALL_DEADLINE_SECONDS": "60",
    "CATALOG_SERVER__CALLBACK_DEADLINE_SECONDS": "30",
    "CATALOG_DATABASE__CONNECT_TIMEOUT_SECONDS": "30",
    "CATALOG_DATABASE__ACQUIRE_TIMEOUT_SECONDS": "30",
    "CATALOG_DATABASE__COMMAND_TIMEOUT_SECONDS": "30",
    "CATALOG_DATABASE__STATEMENT_TIMEOUT_SECONDS": "29",
    "CATALOG_DATABASE__LOCK_TIMEOUT_SECONDS": "28",
    "CATALOG_GCS__TIMEOUT_SECONDS": "30",
}
"""What takes long in a test is the machine, which may have a lot else to do."""
