"""What a subscription asks for, checked and with the service's defaults."""

from dataclasses import dataclass

import grpc

from catalog.emulator.pubsub_types import Pb, PubsubRefusal, check_name, invalid
from catalog.emulator.push_client import PushTarget
from catalog.emulator.settings import EmulatorSettings

DEFAULT_ACK_SECONDS = 10
_ACK_SECONDS = range(10, 601)

# Wishes that would change what is delivered; a subscription that has one must not look served.
_NOT_EMULATED = (
    "filter", "dead_letter_policy", "bigquery_config", "cloud_storage_config",
    "enable_exactly_once_delivery", "message_transforms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SubscriptionSettings:
    """Times are seconds. Without a target the subscription is pulled."""

    name: str
    topic: str
    ordered: bool
    ack_seconds: int
    min_backoff_seconds: float
    max_backoff_seconds: float
    target: PushTarget | None


def read_subscription(request: Pb, settings: EmulatorSettings) -> SubscriptionSettings:
    """Raise PubsubRefusal for what cannot be, UNIMPLEMENTED for what is not emulated.

    [pubsub-discovery] acknowledge deadline 10 to 600 s, default 10.
    """
    check_name(request.name, "subscriptions")
    present = [name for name in _NOT_EMULATED if _is_set(request, name)]
    if present:
        raise PubsubRefusal(grpc.StatusCode.UNIMPLEMENTED, f"Not emulated: {', '.join(present)}.")
    ack_seconds = request.ack_deadline_seconds or DEFAULT_ACK_SECONDS
    if ack_seconds not in _ACK_SECONDS:
        raise invalid("The acknowledgement deadline must be 10 to 600 seconds.")
    min_backoff_seconds, max_backoff_seconds = _backoff(request, settings)
    return SubscriptionSettings(
        name=request.name,
        topic=request.topic,
        ordered=request.enable_message_ordering,
        ack_seconds=ack_seconds,
        min_backoff_seconds=min_backoff_seconds,
        max_backoff_seconds=max_backoff_seconds,
        target=_target(request.push_config),
    )


def _is_set(request: Pb, name: str) -> bool:
    """Unset fields of a message are not listed, and neither are empty ones."""
    return any(field.name == name for field, _ in request.ListFields())


def _backoff(request: Pb, settings: EmulatorSettings) -> tuple[float, float]:
    """[pubsub-discovery] Without a retry policy redelivery is as soon as possible, here with
    the emulator's own backoff.
    """
    if not request.HasField("retry_policy"):
        return settings.redelivery_min_seconds, settings.redelivery_max_seconds
    policy = request.retry_policy
    return _seconds(policy, "minimum_backoff", 10.0), _seconds(policy, "maximum_backoff", 600.0)


def _seconds(policy: Pb, name: str, default: float) -> float:
    """[pubsub-discovery] both bounds 0 to 600 s."""
    if not policy.HasField(name):
        return default
    seconds = float(getattr(policy, name).ToTimedelta().total_seconds())
    if not 0 <= seconds <= 600:
        raise invalid(f"The {name} must be 0 to 600 seconds.")
    return seconds


def _target(push: Pb) -> PushTarget | None:
    if not push.push_endpoint:
        return None
    if not push.push_endpoint.startswith(("http://", "https://")):
        raise invalid("The push endpoint must be an http or https URL.")
    token = push.oidc_token
    return PushTarget(
        push.push_endpoint,
        token.audience or None,
        token.service_account_email or None,
        anonymous=not push.HasField("oidc_token"),
    )
