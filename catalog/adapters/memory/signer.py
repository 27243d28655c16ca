"""Session starts that nobody verifies."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from catalog.application.records import SignedStart
from catalog.domain.errors import SignerUnavailableError
from catalog.domain.values import ObjectRef


@dataclass(slots=True)
class MemorySigner:
    """Signs with a counter. `available` False makes it fail as a signing service that is down."""

    url_life: timedelta
    available: bool = True
    signed: list[tuple[ObjectRef, str, datetime]] = field(default_factory=list)
    """What was asked for, in order."""

    async def signed_resumable_init_url(
        self, ref: ObjectRef, content_type: str, at: datetime
    ) -> SignedStart:
        """Return a start valid from `at`, whole seconds. Raises SignerUnavailableError."""
        if not self.available:
            raise SignerUnavailableError
        self.signed.append((ref, content_type, at))
        return SignedStart(
            url=f"https://storage.invalid/{ref.bucket}/{ref.name}?signature={len(self.signed)}",
            method="POST",
            headers={
                "content-type": content_type,
                "x-goog-if-generation-match": "0",
                "x-goog-resumable": "start",
                "x-upload-content-type": content_type,
            },
            expires_at=at.astimezone(UTC).replace(microsecond=0) + self.url_life,
        )
