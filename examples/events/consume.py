"""python consume.py projects/P/subscriptions/S FILE: follows Catalog's events, each counted once.

The subscription has message ordering switched on. PUBSUB_EMULATOR_HOST names an emulator.
"""

import signal
import sqlite3
import sys

from google.api_core.exceptions import DeadlineExceeded, ServiceUnavailable
from google.cloud.pubsub_v1 import SubscriberClient
from google.pubsub_v1 import PubsubMessage

from catalog.api.video.v1 import events_pb2  # in your tree: made from events.proto

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (event_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS newest (aggregate_id TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS to_transcode (video_id TEXT PRIMARY KEY, file TEXT NOT NULL);
"""
FIRST_TIME = "INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING"
NEWER = """
INSERT INTO newest VALUES (?, ?) ON CONFLICT (aggregate_id)
DO UPDATE SET version = excluded.version WHERE newest.version < excluded.version
"""


def take(database: sqlite3.Connection, message: PubsubMessage) -> bool:
    """Apply an event; False when it is known already, or older than what is known."""
    says = message.attributes  # enough to route and to drop repeats without decoding
    with database:  # one transaction: that it was seen, and what it did
        if not database.execute(FIRST_TIME, (says["event_id"],)).rowcount:
            return False
        version = (says["aggregate_id"], int(says["version"]))
        if not database.execute(NEWER, version).rowcount:
            return False
        if says["event_type"] == "video.upload.completed":  # types you do not know: go on
            event = events_pb2.UploadCompleted.FromString(message.data)
            job = (event.video.video_id, event.video.raw_file_reference)
            database.execute("INSERT INTO to_transcode VALUES (?, ?)", job)
    return True


def main(subscription: str, file: str) -> None:
    """Pull, apply, and only then acknowledge: what a crash interrupts comes again."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopped.append(number))
    database = sqlite3.connect(file)
    database.executescript(SCHEMA)
    with SubscriberClient() as client:
        while not stopped:
            try:
                answer = client.pull(subscription=subscription, max_messages=100, timeout=10)
            except (DeadlineExceeded, ServiceUnavailable):
                continue  # nothing came, or a passing fault; the library paused already
            for received in answer.received_messages:
                take(database, received.message)
            done = [received.ack_id for received in answer.received_messages]
            if done:
                client.acknowledge(subscription=subscription, ack_ids=done)
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
