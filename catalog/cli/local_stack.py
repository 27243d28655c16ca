"""The stack that `make run` keeps up, as operators' commands find it."""

import os
from collections.abc import Mapping

from catalog.cli.connection import stack_entry

_SAID_OTHERWISE = ("DATABASE_URL", "CATALOG_DATABASE__", "CATALOG_GCS__")


def stack_settings() -> Mapping[str, dict[str, str]]:
    """Give the service's settings that lead operators to the stack, section by section.

    Nothing where the environment names any database or bucket: the stack's must not be
    mixed with those of another place.
    """
    dsn = stack_entry("dsn")
    if not dsn or any(name.startswith(_SAID_OTHERWISE) for name in os.environ):
        return {}
    gcs = {"bucket": stack_entry("bucket"), "endpoint": stack_entry("gcs")}
    return {"database": {"url": dsn}, "gcs": gcs}
