"""What was announced, what arrived, and whether that is what may happen."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from uuid import UUID

import asyncpg

from catalog.application.records import OutboxRecord

_KEPT = """
SELECT id, event_id, aggregate_id, (headers ->> 'version')::int AS version,
    published_at, parked_at, skipped_at, attempts, last_error
FROM catalog.outbox_events ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as the topic got it; the same one may come again."""

    at: float
    """Seconds since 1970."""
    event_id: UUID
    aggregate: UUID
    version: int

    @classmethod
    def of(cls, record: OutboxRecord, at: float) -> Self:
        """Take the event as a subscriber sees it: by its attributes."""
        event_id, version = UUID(record.headers["event_id"]), int(record.headers["version"])
        return cls(at, event_id, record.aggregate_id, version)

    def line(self) -> str:
        """Spell it as a line of a file that several processes append to."""
        return json.dumps([self.at, str(self.event_id), str(self.aggregate), self.version]) + "\n"


def read(file: Path) -> list[Arrival]:
    """Read what processes have appended; a killed one may have left half a line, not more."""
    lines = [line for line in file.read_text().splitlines(keepends=True) if line.endswith("]\n")]
    rows = [json.loads(line) for line in lines]
    return [Arrival(at, UUID(event), UUID(one), version) for at, event, one, version in rows]


@dataclass(slots=True)
class Story:
    """First deliveries by aggregate, how often each event came and what it was."""

    firsts: dict[UUID, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    times: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    told: set[tuple[UUID, UUID, int]] = field(default_factory=set)
    """Event, aggregate and version of all deliveries: a repeat adds nothing."""

    @classmethod
    def of(cls, arrivals: Iterable[Arrival]) -> Self:
        story = cls()
        for arrival in arrivals:
            story.times[arrival.event_id] += 1
            story.told.add((arrival.event_id, arrival.aggregate, arrival.version))
            if story.times[arrival.event_id] == 1:
                story.firsts[arrival.aggregate].append(arrival)
        return story

    @property
    def repeats(self) -> int:
        return sum(self.times.values()) - len(self.times)

    def versions(self) -> Mapping[UUID, list[int]]:
        """The versions of each aggregate in the order of their first deliveries."""
        return {one: [each.version for each in firsts] for one, firsts in self.firsts.items()}

    def delays(self, written: Mapping[UUID, float]) -> list[float]:
        """Seconds from when each event was written to its first delivery, shortest first."""
        return sorted(
            first.at - written[first.event_id]
            for firsts in self.firsts.values()
            for first in firsts
            if first.event_id in written
        )


async def kept(connection: "asyncpg.Connection[asyncpg.Record]") -> Sequence[asyncpg.Record]:
    """Return all rows of the outbox in the order of their ids."""
    return await connection.fetch(_KEPT)


def versions_by_id(rows: Iterable[asyncpg.Record]) -> Mapping[UUID, list[int]]:
    """The versions of each aggregate in the order of their ids."""
    found: dict[UUID, list[int]] = defaultdict(list)
    for row in rows:
        found[row["aggregate_id"]].append(row["version"])
    return found


def assert_complete_and_in_order(rows: Sequence[asyncpg.Record], story: Story) -> None:
    """Nothing lost; ids and first deliveries in the order of versions, which is that of commits.

    Whatever came more than once came as the same event.
    """
    by_id = versions_by_id(rows)
    assert all(versions == sorted(versions) for versions in by_id.values())
    written = {(row["event_id"], row["aggregate_id"], row["version"]) for row in rows}
    assert written == story.told, "events were lost, or invented"
    assert dict(story.versions()) == dict(by_id)
    assert all(row["published_at"] for row in rows)
