"""The record of every push attempt."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from catalog.emulator.messages import Message
from catalog.emulator.push_client import PushAnswer

_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt; ``outcome`` is ack, remote_server_4xx, remote_server_5xx, deadline_exceeded,
    unreachable, invalid, or dropped (by a fault; attempt 0).
    """

    message_id: str
    object: str
    generation: str
    attempt: int
    outcome: str
    status: int | None


class DeliveryLog:
    """The latest attempts, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Delivery] = deque(maxlen=_KEPT)

    def record(self, message: Message, attempt: int, answer: PushAnswer) -> Delivery:
        """Note how an attempt ended."""
        delivery = Delivery(
            message_id=message.message_id,
            object=message.attributes.get("objectId", ""),
            generation=message.attributes.get("objectGeneration", ""),
            attempt=attempt,
            outcome=answer.outcome,
            status=answer.status,
        )
        self._entries.append(delivery)
        return delivery

    def entries(self, object_name: str | None = None) -> list[Delivery]:
        """Attempts for an object, or all of them, oldest first."""
        return [entry for entry in self._entries if object_name in {None, entry.object}]

    def as_json(self) -> list[dict[str, Any]]:
        """Plain values for the control endpoint."""
        return [asdict(entry) for entry in self._entries]
