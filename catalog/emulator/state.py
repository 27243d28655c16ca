"""Everything one running emulator knows; the endpoints share it."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from catalog.emulator.clock import Clock
from catalog.emulator.delivery import PushQueue
from catalog.emulator.fault_switches import FaultSwitches
from catalog.emulator.issuer import OidcIssuer
from catalog.emulator.keys import SigningKey
from catalog.emulator.notifications import Notifications
from catalog.emulator.objects import ObjectStore
from catalog.emulator.pubsub_server import PubsubServer
from catalog.emulator.push_client import PushClient
from catalog.emulator.request_log import RequestLog
from catalog.emulator.sessions import SessionStore
from catalog.emulator.settings import EmulatorSettings
from catalog.emulator.subscriptions import Subscriptions
from catalog.emulator.topics import Topics


@dataclass(frozen=True, slots=True)
class EmulatorState:
    """Made once by the server, before the first request."""

    settings: EmulatorSettings
    base_url: str
    faults: FaultSwitches
    clock: Clock
    signer: SigningKey = field(repr=False)
    objects: ObjectStore
    sessions: SessionStore
    requests: RequestLog
    issuer: OidcIssuer
    push_client: PushClient
    pushes: PushQueue
    notifications: Notifications
    topics: Topics
    subscriptions: Subscriptions
    pubsub: PubsubServer

    def public_key(self, email: str) -> RSAPublicKey | None:
        """The key that verifies signatures of an account; only the signer has one."""
        return self.signer.public if email == self.settings.signer_email else None
