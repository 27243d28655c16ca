"""How an emulator is set up: where it listens, what it stores, whom it pushes to."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path


class NonLoopbackHostError(ValueError):
    """The emulator was asked to listen where other machines reach it, without being allowed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorSettings:
    """Everything is optional but the folder for the bytes; times are seconds.

    Raises NonLoopbackHostError for a host other machines could reach unless
    ``allow_non_loopback`` is set: the emulator hands out tokens to whoever asks.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 0
    # Pub/Sub's gRPC services.
    pubsub_port: int = 0
    allow_non_loopback: bool = False
    project_id: str = "catalog-local"
    buckets: tuple[str, ...] = ("catalog-uploads",)
    signer_email: str = "catalog-signer@catalog-local.iam.gserviceaccount.com"
    push_email: str = "catalog-push@catalog-local.iam.gserviceaccount.com"
    push_endpoint: str | None = None
    # The push endpoint's own URL when not given, as Pub/Sub does.
    push_audience: str | None = None
    issuer: str = "https://accounts.google.com"
    topic: str = "video-uploads"
    subscription: str = "video-uploads-push"
    # Where the events go; it is there from the start.
    events_topic: str = "video-events"
    notification_prefix: str = "videos/"
    certs_max_age_seconds: int = 21_155
    session_life_seconds: float = 7 * 24 * 3600
    ack_deadline_seconds: float = 10.0
    redelivery_min_seconds: float = 0.1
    redelivery_max_seconds: float = 10.0
    # At most this many pushes are in flight at once.
    push_concurrency: int = 64
    # A client that sends nothing for this long in the middle of a body is hung up on.
    upload_idle_seconds: float = 120.0
    # What the emulator calls itself in links, when clients reach it under another address.
    public_url: str | None = None
    # Answers keep-alive connections this long after their last request.
    keep_alive_seconds: int = 30
    shutdown_grace_seconds: int = 2

    def __post_init__(self) -> None:
        """Refuse what could never work, before anything is started."""
        if not self.allow_non_loopback and not is_loopback(self.host):
            raise NonLoopbackHostError(
                f"the emulator listens on loopback only, not on {self.host!r}: it mints tokens "
                "and signs for anyone who asks; set allow_non_loopback=True to do it anyway"
            )
        if not self.buckets:
            raise ValueError("the emulator needs at least one bucket")
        if not 0 < self.redelivery_min_seconds <= self.redelivery_max_seconds:
            raise ValueError("redelivery backoff must satisfy 0 < minimum <= maximum")

    @property
    def subscription_path(self) -> str:
        """The subscription's full name, as push bodies carry it."""
        return f"projects/{self.project_id}/subscriptions/{self.subscription}"

    @property
    def events_topic_path(self) -> str:
        """The full name of the topic that events go to."""
        return f"projects/{self.project_id}/topics/{self.events_topic}"


def is_loopback(host: str) -> bool:
    """True for addresses (and the one name) that only this machine reaches."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
