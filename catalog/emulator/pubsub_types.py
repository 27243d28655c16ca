"""What Pub/Sub's gRPC services carry: Google's own protobuf classes, and their refusals."""

import re
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1 import types

Pb = Any
"""A message of google.pubsub.v1; the classes behind the wrappers carry no types."""

Topic: Pb = types.Topic.pb()
GetTopicRequest: Pb = types.GetTopicRequest.pb()
DeleteTopicRequest: Pb = types.DeleteTopicRequest.pb()
ListTopicsRequest: Pb = types.ListTopicsRequest.pb()
ListTopicsResponse: Pb = types.ListTopicsResponse.pb()
PublishRequest: Pb = types.PublishRequest.pb()
PublishResponse: Pb = types.PublishResponse.pb()
PubsubMessage: Pb = types.PubsubMessage.pb()
Subscription: Pb = types.Subscription.pb()
GetSubscriptionRequest: Pb = types.GetSubscriptionRequest.pb()
DeleteSubscriptionRequest: Pb = types.DeleteSubscriptionRequest.pb()
PullRequest: Pb = types.PullRequest.pb()
PullResponse: Pb = types.PullResponse.pb()
ReceivedMessage: Pb = types.ReceivedMessage.pb()
AcknowledgeRequest: Pb = types.AcknowledgeRequest.pb()
ModifyAckDeadlineRequest: Pb = types.ModifyAckDeadlineRequest.pb()

__all__ = ["Empty"]


class PubsubRefusal(Exception):  # noqa: N818 - a word of the trade, not a fault of the program
    """A call that ends with a status other than OK."""

    def __init__(self, status: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def invalid(message: str) -> PubsubRefusal:
    """INVALID_ARGUMENT."""
    return PubsubRefusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(name: str) -> PubsubRefusal:
    """NOT_FOUND in the service's words, which name the last part only."""
    text = f"Resource not found (resource={name.rpartition('/')[2]})."
    return PubsubRefusal(grpc.StatusCode.NOT_FOUND, text)


def already_exists(name: str) -> PubsubRefusal:
    """ALREADY_EXISTS in the service's words."""
    text = f"Resource already exists in the project (resource={name.rpartition('/')[2]})."
    return PubsubRefusal(grpc.StatusCode.ALREADY_EXISTS, text)


def check_name(name: str, collection: str) -> None:
    """Raise INVALID_ARGUMENT unless it is ``projects/P/COLLECTION/ID``.

    [pubsub-basics] 3 to 255 characters of a small set, a letter first, never "goog".
    """
    pattern = rf"projects/[^/]+/{collection}/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{{2,254}}"
    if re.fullmatch(pattern, name) is None:
        raise invalid(f"Invalid [{collection}] name: (name={name})")
