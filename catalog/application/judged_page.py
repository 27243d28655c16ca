"""The objects of a page of the bucket, sorted by what is to be done about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import assert_never

from catalog.application.tally import Tally
from catalog.application.upkeep_records import Finding, FindingKind, KnownPage, ListedObject
from catalog.domain.sweep import KnownObject, Verdict, judge_object
from catalog.domain.values import StoredObject


@dataclass(slots=True)
class JudgedPage:
    """What a sweep has to do; what it need not do is in the tally already."""

    finalize: list[StoredObject] = field(default_factory=list)
    queue_again: list[StoredObject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        objects: Sequence[ListedObject],
        page: KnownPage,
        orphan_age: timedelta,
        tally: Tally,
    ) -> "JudgedPage":
        """Judge every object by what is known of it."""
        judged = cls()
        for listed, known in zip(objects, page.known, strict=True):
            stored = listed.stored
            verdict = judge_object(
                known,
                stored.generation,
                created_at=listed.created_at,
                at=page.at,
                orphan_age=orphan_age,
            )
            tally.add("objects")
            judged._sort(verdict, stored, known, tally)
        return judged

    def _sort(
        self, verdict: Verdict, stored: StoredObject, known: KnownObject, tally: Tally
    ) -> None:
        match verdict:
            case Verdict.KEEP:
                tally.add("kept")
            case Verdict.FINALIZE:
                self.finalize.append(stored)
            case Verdict.QUEUE_AGAIN:
                self.queue_again.append(stored)
            case Verdict.DELETION_QUEUED | Verdict.TOO_YOUNG:
                tally.skip(verdict.value)
            case Verdict.OTHER_GENERATION:
                tally.skip(verdict.value)
                self.findings.append(_finding("other_generation", stored, known))
            case Verdict.ORPHAN:
                tally.add("orphans")
                tally.skip(verdict.value)
                self.findings.append(_finding("orphan", stored, known))
            case _:
                assert_never(verdict)


def _finding(kind: FindingKind, stored: StoredObject, known: KnownObject) -> Finding:
    return Finding(kind, stored.ref, stored.generation, known.upload_id, stored.size_bytes)
