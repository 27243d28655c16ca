"""What the database server itself says it was asked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(
    r"\|(?P<database>\w*)\|(?P<application>[^|]*)\| LOG:  duration: \S+ ms  (?P<what>.*)"
)


@dataclass(frozen=True, slots=True)
class ServerLog:
    """The service's part of it, in one database where `log_min_duration_statement` is 0.

    Each line is one message of the client: `statement: BEGIN ...` came as plain
    text; `execute NAME: ...` and `bind NAME: ...` are one round trip together
    where NAME was prepared before; `parse NAME: ...` is a round trip of its own.
    """

    path: Path
    database: str

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """Fill the list, when the block ends, with what came while it lasted.

        The server writes its line before it answers, so nothing comes late.
        """
        start = self.path.stat().st_size
        heard: list[str] = []
        yield heard
        with self.path.open("rb") as log:
            log.seek(start)
            heard += self._ours(log.read().decode())

    def _ours(self, text: str) -> Iterator[str]:
        for match in map(_LINE.search, text.splitlines()):
            if match and (match["database"], match["application"]) == (self.database, "catalog"):
                yield match["what"]


def round_trips(heard: list[str]) -> list[str]:
    """The statements in short: BEGIN, COMMIT, or `query` for a prepared one; parsing is another."""
    short = []
    for what in heard:
        kind, _, rest = what.partition(" ")
        if kind == "statement:":
            short.append(rest.split()[0].rstrip(";"))
        elif kind != "bind":
            short.append({"execute": "query"}.get(kind, kind))
    return short
