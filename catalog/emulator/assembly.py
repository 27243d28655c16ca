"""Puts the parts of an emulator together."""

import asyncio

from catalog.emulator.clock import Clock
from catalog.emulator.delivery import PushQueue
from catalog.emulator.fault_switches import FaultSwitches
from catalog.emulator.issuer import OidcIssuer
from catalog.emulator.keys import EmulatorKeys
from catalog.emulator.notifications import Notifications
from catalog.emulator.objects import ObjectStore
from catalog.emulator.publisher_api import SERVICE as PUBLISHER
from catalog.emulator.publisher_api import PublisherApi
from catalog.emulator.pubsub_server import PubsubServer
from catalog.emulator.pubsub_types import Topic
from catalog.emulator.push_client import PushClient
from catalog.emulator.request_log import RequestLog
from catalog.emulator.sessions import SessionStore
from catalog.emulator.settings import EmulatorSettings
from catalog.emulator.state import EmulatorState
from catalog.emulator.subscriber_api import SERVICE as SUBSCRIBER
from catalog.emulator.subscriber_api import SubscriberApi
from catalog.emulator.subscriptions import Subscriptions
from catalog.emulator.topics import Topics


async def assemble(
    settings: EmulatorSettings, base_url: str, keys: EmulatorKeys | None
) -> EmulatorState:
    """No objects, no faults; makes the data folder. Raises OSError for a taken port."""
    if keys is None:
        keys = await asyncio.to_thread(EmulatorKeys.generate)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    faults = FaultSwitches()
    clock = Clock(lambda: faults.clock_offset_seconds)
    issuer = OidcIssuer(settings, clock, faults, keys.oidc)
    client = PushClient(settings, issuer)
    pushes = PushQueue(settings, faults, client)
    topics = Topics(clock)
    topics.create(Topic(name=settings.events_topic_path))
    subscriptions = Subscriptions(settings, topics, lambda: PushClient(settings, issuer))
    services = {
        PUBLISHER: PublisherApi(topics, faults).methods,
        SUBSCRIBER: SubscriberApi(subscriptions).methods,
    }
    folder = settings.data_dir
    return EmulatorState(
        settings=settings,
        base_url=base_url,
        faults=faults,
        clock=clock,
        signer=keys.signer,
        objects=ObjectStore(folder / "objects", settings.buckets, clock, faults),
        sessions=SessionStore(folder / "sessions", clock, settings.session_life_seconds),
        requests=RequestLog(),
        issuer=issuer,
        push_client=client,
        pushes=pushes,
        notifications=Notifications(pushes, clock, base_url, settings.notification_prefix),
        topics=topics,
        subscriptions=subscriptions,
        pubsub=PubsubServer(settings, services),
    )
