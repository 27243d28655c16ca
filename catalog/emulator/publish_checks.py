"""What Pub/Sub refuses to publish."""

from collections.abc import Sequence

import grpc

from catalog.emulator.pubsub_types import Pb, PubsubRefusal, invalid

MAX_MESSAGES = 1000
MAX_REQUEST_BYTES = 10_000_000
MAX_ATTRIBUTES = 100
MAX_NAME_BYTES = 256
MAX_VALUE_BYTES = 1024
MAX_KEY_BYTES = 1024


def check_publish(request: Pb) -> None:
    """Raise PubsubRefusal unless all messages of a request may be published.

    [pubsub-quotas] 1 to 1000 messages and 10 MB a request.
    """
    messages = request.messages
    if not 1 <= len(messages) <= MAX_MESSAGES:
        raise invalid(f"The number of messages must be 1 to {MAX_MESSAGES}.")
    if request.ByteSize() > MAX_REQUEST_BYTES:
        raise invalid(f"The request is larger than {MAX_REQUEST_BYTES} bytes.")
    for message in messages:
        _check_message(message)
    _check_one_key(messages)


def _check_message(message: Pb) -> None:
    """[pubsub-quotas] the limits; [pubsub-message] neither data nor attributes is no message."""
    if not message.data and not message.attributes:
        raise invalid("Some of the messages have neither data nor attributes.")
    if len(message.attributes) > MAX_ATTRIBUTES:
        raise invalid(f"A message has more than {MAX_ATTRIBUTES} attributes.")
    for name, value in message.attributes.items():
        if not 1 <= len(name.encode()) <= MAX_NAME_BYTES or name.startswith("goog"):
            raise invalid("The name of an attribute is empty, too long or reserved.")
        if len(value.encode()) > MAX_VALUE_BYTES:
            raise invalid("The value of an attribute is too long.")
    if len(message.ordering_key.encode()) > MAX_KEY_BYTES:
        raise invalid("An ordering key is too long.")


def _check_one_key(messages: Sequence[Pb]) -> None:
    """[pubsub-message] one key a request; as seen on the service, its status is this one."""
    if len({message.ordering_key for message in messages}) > 1:
        raise PubsubRefusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            "In a single publish request, all messages must have no ordering key or they must "
            "all have the same ordering key.",
        )
