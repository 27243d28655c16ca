"""What can go wrong when somebody publishes to a topic.

``object`` is a glob over the ordering key and the attribute values of the messages, so that
an event can be picked by its aggregate, its type or its own id.
"""

from dataclasses import dataclass

import grpc

from catalog.emulator.fault import Fault, require, require_seconds

_STATUSES = frozenset(status.name for status in grpc.StatusCode) - {"OK"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicError(Fault):
    """A publish request ends with ``status``; with ``after`` its messages are published all the
    same, as when the answer is lost.
    """

    NAME = "publish_error"
    status: str = "UNAVAILABLE"
    after: bool = False

    def check(self) -> None:
        """The name of a gRPC status that is an error."""
        require(self.status in _STATUSES, "publish_error: status must name a gRPC error")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStall(Fault):
    """A publish request waits, and is forgotten when its caller gives up meanwhile; with
    ``after`` it waits when its messages are published already.
    """

    NAME = "publish_stall"
    seconds: float
    after: bool = False

    def check(self) -> None:
        """A wait with an end."""
        require_seconds(self.NAME, self.seconds)
