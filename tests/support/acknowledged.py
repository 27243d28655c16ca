"""What a service under stress said yes to, and how it said no: the side of those who called it."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from catalog.emulator.delivery_log import Delivery, DeliveryLog
from catalog.emulator.messages import Message
from catalog.emulator.push_client import PushAnswer


@dataclass(frozen=True, slots=True)
class AnsweredInit:
    """An upload that its owner was told of, and what is to become of it."""

    user: UUID
    md5: str
    upload_id: UUID
    video_id: UUID | None
    """The video that it was made for."""
    right: bool
    """False where other bytes than the declared ones are sent."""
    at: datetime


@dataclass(slots=True)
class Acknowledged:
    """Every write that was answered, from when on it may not be lost."""

    uploads: dict[UUID, AnsweredInit] = field(default_factory=dict)
    videos: dict[UUID, datetime] = field(default_factory=dict)
    news: dict[str, datetime] = field(default_factory=dict)
    """When the first push of a generation was answered 204, by its key in the inbox."""
    pushes: int = 0
    """Deliveries answered 204, repeats included."""
    refused: Counter[str] = field(default_factory=Counter)
    """gRPC codes and HTTP statuses; `unreachable` and its like where none came."""
    moments: list[float] = field(default_factory=list)
    """When something was acknowledged, by `time.monotonic`."""

    def init(self, answered: AnsweredInit) -> None:
        """Keep an answer. AssertionError when the same content was promised another upload."""
        self._now()
        before = self.uploads.setdefault(answered.upload_id, answered)
        assert (before.user, before.md5) == (answered.user, answered.md5)

    def video(self, video_id: UUID) -> None:
        self.videos.setdefault(video_id, self._now())

    def push(self, message: Message, answer: PushAnswer) -> None:
        if not answer.acknowledged:
            self.refused[f"HTTP {answer.status}" if answer.status else answer.outcome] += 1
            return
        about = message.attributes
        key = f"{about['bucketId']}/{about['objectId']}#{about['objectGeneration']}"
        self.news.setdefault(key, self._now())
        self.pushes += 1

    def first_after(self, moment: float) -> float | None:
        """When the first write after `moment` was acknowledged."""
        return next((each for each in self.moments if each > moment), None)

    def _now(self) -> datetime:
        self.moments.append(time.monotonic())
        return datetime.now(UTC)


class NotedDeliveries(DeliveryLog):
    """The emulator's record of pushes, told to `acknowledged` as they are answered."""

    def __init__(self, acknowledged: Acknowledged) -> None:
        super().__init__()
        self._acknowledged = acknowledged

    def record(self, message: Message, attempt: int, answer: PushAnswer) -> Delivery:
        self._acknowledged.push(message, answer)
        return super().record(message, attempt, answer)
