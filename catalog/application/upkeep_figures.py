"""What came of a batch of upkeep, as figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.application.delete_objects import Deleted
from catalog.application.metrics.metric import Measures
from catalog.application.metrics.upkeep import DELETIONS, PRUNED, REAPED
from catalog.application.metrics.uploads import SESSION_EXPIRED
from catalog.application.prune_records import Pruned
from catalog.application.reap_sessions import Reaped
from catalog.application.tally import Tally


@dataclass(frozen=True, slots=True)
class UpkeepFigures:
    """Counts batches once they are done."""

    measures: Measures

    def reaped(self, reaped: Reaped) -> None:
        """Count uploads by what became of them."""
        for outcome, number in _plain(reaped.tally, "skipped").items():
            self.measures.add(REAPED, number, outcome=outcome)
        self.measures.add(SESSION_EXPIRED, reaped.tally["expired"])

    def deleted(self, deleted: Deleted) -> None:
        """Count deletions by their end."""
        for outcome, number in _plain(deleted.tally, "failed").items():
            self.measures.add(DELETIONS, number, outcome=outcome)

    def pruned(self, pruned: Pruned) -> None:
        """Count rows by their table."""
        for table, rows in (
            ("inbox_events", pruned.inbox),
            ("upload_events", pruned.history),
            ("uploads", pruned.uploads),
            ("object_deletions", pruned.tombstones),
        ):
            self.measures.add(PRUNED, rows, table=table)


def _plain(tally: Tally, left: str) -> Mapping[str, int]:
    """Give the counts without the reasons why things were left, which are many."""
    done = {name: number for name, number in tally.counts.items() if not name.startswith("skipped")}
    return done | {left: tally.counts.total() - sum(done.values())}
