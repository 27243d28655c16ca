"""PostgreSQL addresses: looked at before anybody who would quote them in an error does."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_HOST = re.compile(r"(\[[0-9a-fA-F:.%]+\]|[^\s:\[\]/@]*)(:\d{1,5})?")
EXPECTED = (
    "must be postgresql://user:password@host:port/name, "
    "special characters in the password percent-encoded"
)


def is_postgres_url(dsn: str) -> bool:
    """Whether it is one that the driver and the migration tool read alike.

    A password with a bare `/`, `#` or `?` ends the host early: both would then name parts
    of the password in their errors.
    """
    try:
        parts = urlsplit(dsn)
        parse_qsl(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        return False
    hosts = parts.netloc.rpartition("@")[2].split(",")
    return (
        parts.scheme in ("postgresql", "postgres")
        and dsn.isprintable()
        and not parts.fragment
        and all(_HOST.fullmatch(host) for host in hosts)
    )


def without_secrets(text: str, dsn: str) -> str:
    """Take the address and its password out of what a tool has said."""
    password = urlsplit(dsn).netloc.rpartition("@")[0].partition(":")[2]
    for secret in (dsn, password, unquote(password)):
        if secret:
            text = text.replace(secret, "***")
    return text
