"""What workers say of single uploads: the lines that end the story of each."""

from dataclasses import dataclass

from catalog.application.finalize_upload import FinalizeOutcome, FinalizeUseCase
from catalog.application.records import Arrival
from catalog.application.tracing import trace_id
from catalog.application.upkeep_records import DueDeletion
from catalog.application.worker import Journal
from catalog.domain.upload import Upload


class NoJournal:
    """For whoever shows results in another way."""

    def info(self, event: str, **facts: object) -> None:
        """Forget it."""

    def warning(self, event: str, **facts: object) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class ToldFinalize:
    """FinalizeUpload with a line for each object that somebody else than a push brings."""

    use_case: FinalizeUseCase
    journal: Journal

    async def __call__(self, arrival: Arrival) -> FinalizeOutcome:
        """Do what the use case does, and tell of it."""
        outcome = await self.use_case(arrival)
        facts = facts_of(outcome.upload) if outcome.upload else {}
        self.journal.info(
            "object_finalized",
            actor=arrival.actor,
            effect=outcome.effect,
            refusal=outcome.refusal.value if outcome.refusal else None,
            **facts
            | {
                "object_name": arrival.stored.ref.name,
                "gcs_generation": str(arrival.stored.generation),
            },
        )
        return outcome


@dataclass(frozen=True, slots=True)
class UpkeepStory:
    """Told by those who end an upload or delete an object."""

    journal: Journal

    def expired(self, upload: Upload) -> None:
        """Tell of an upload whose time was over."""
        self.journal.info("upload_expired", **facts_of(upload))

    def deletion(self, deletion: DueDeletion, outcome: str) -> None:
        """Tell of an object that was to go: deleted, kept, or the reason why not now."""
        self.journal.info(
            "object_deletion",
            upload_id=str(deletion.upload_id) if deletion.upload_id else None,
            object_name=deletion.ref.name,
            gcs_generation=str(deletion.generation),
            cause=deletion.reason,
            outcome=outcome,
            failures=deletion.failures,
        )


UNTOLD = UpkeepStory(NoJournal())


def facts_of(upload: Upload) -> dict[str, str]:
    """Name an upload as every line does; safe to log."""
    facts = {
        "upload_id": str(upload.upload_id),
        "user_id": str(upload.user_id),
        "object_name": upload.ref.name,
    }
    if upload.generation is not None:
        facts["gcs_generation"] = str(upload.generation)
    if upload.traceparent is not None:
        facts["trace_id"] = trace_id(upload.traceparent)
    return facts
