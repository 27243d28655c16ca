"""What a relay does from the moment it has a session until it loses or leaves it."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.application.outbox_ports import RelaySession
from catalog.application.outbox_records import QueuedEvent, Setback, Standing
from catalog.application.ports import Publisher, PublishError
from catalog.application.relay_batches import Batch, Desk, batched, lowest_ids
from catalog.application.relay_figures import RelayFigures
from catalog.application.relay_marks import Horizon, ShardMarks
from catalog.application.relay_pace import Pace
from catalog.application.relay_policy import RelayPolicy
from catalog.application.relay_setbacks import Judge
from catalog.application.relay_shards import Holdings
from catalog.application.worker import Journal, WorkerHealth, rest

_PROBES = 8
"""Aggregates tried at a time while the topic is down."""
_UNCERTAIN_SECONDS = 0.02
_FEWEST_A_SHARD = 8
_AFTER_ITS_TIME = 0.005


@dataclass(frozen=True, slots=True)
class _Outcome:
    batch: Batch
    setback: Setback | None = None


class Shift:
    """Beats, looks, publishes and records, each in tasks of its own, over one session.

    What is published is always a run of an aggregate's events that begins with its
    first unpublished one. So first deliveries stay in order even if this process hangs,
    is replaced and comes to again: what it still sends then are repetitions.
    """

    def __init__(
        self,
        session: RelaySession,
        publisher: Publisher,
        policy: RelayPolicy,
        *,
        health: WorkerHealth,
        journal: Journal,
        figures: RelayFigures,
    ) -> None:
        self._session = session
        self._publisher = publisher
        self._policy = policy
        self._health = health
        self._journal = journal
        self._figures = figures
        self._desk = Desk(room=policy.look_size)
        self._judge = Judge(policy)
        self._pace = Pace(policy.poll_min, policy.poll_max)
        self._horizon = Horizon()
        self._marks = ShardMarks(policy.full_look)
        self._holdings = Holdings(session, self._desk)
        self._outcomes: asyncio.Queue[_Outcome] = asyncio.Queue()
        self._wake = asyncio.Event()
        self._more = False
        self._closing = False

    async def work(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set, then finish what is on its way and return.

        Raises a group with RelaySessionLostError when the session is gone: at that
        moment everything ends, what is being published too.
        """
        async with asyncio.TaskGroup() as tasks:
            loops = [self._beat(), self._look(), self._record()]
            loops += [self._publish() for _ in range(self._policy.max_in_flight)]
            running = [tasks.create_task(loop) for loop in loops]
            await stop.wait()
            await self._drain()
            for task in running:
                task.cancel()

    async def _drain(self) -> None:
        """Choose nothing more; what has been handed to the topic gets its time."""
        self._closing = True
        self._desk.drop(lambda _: True)
        try:
            async with asyncio.timeout(self._policy.drain):
                await self._desk.emptied()
        except TimeoutError:
            self._journal.warning("relay_drain_cut_short", events=self._desk.events)

    async def _beat(self) -> None:
        while True:
            standing = await self._session.standing()
            now = time.monotonic()
            self._health.succeeded(now)
            self._horizon.observe(standing, now)
            if not self._closing:
                await self._balance(standing, now)
            await asyncio.sleep(self._policy.heartbeat)

    async def _balance(self, standing: Standing, now: float) -> None:
        before = self._holdings.active
        await self._holdings.balance(standing)
        after = self._holdings.active
        if after != before:
            self._marks.remove(before - after)
            self._marks.add(after - before, now)
            self._wake.set()
            self._figures.shards(len(after))
            self._journal.info("relay_shards", shards=len(after), relays=standing.relays)

    async def _look(self) -> None:
        while not self._closing:
            await self._desk.has_room()
            self._wake.clear()
            found = await self._choose()
            await rest(self._wake, self._pause(found))

    def _pause(self, found: int) -> float:
        if self._judge.topic_is_down:
            return self._judge.outage_pause()
        if self._more:
            return 0
        return self._pace.rest(found, self._marks.next_full() - time.monotonic())

    async def _choose(self) -> int:
        """Look once; return for how many aggregates there is something to publish."""
        now = time.monotonic()
        plan = self._marks.plan(now)
        if not plan:
            return 0
        # As they are when the look begins: rows that it passes over because of them stay in view.
        horizon, lowest = self._horizon.id, self._desk.lowest_ids()
        per_shard = max(_FEWEST_A_SHARD, self._policy.look_size // len(plan))
        events = await self._session.choose(plan, self._desk.aggregates, per_shard)
        if self._closing:
            return 0
        took = time.monotonic() - now
        self._marks.learn(plan, horizon, _lower(lowest, lowest_ids(events)), now, took)
        self._more = len(events) >= per_shard and _is_cut_short(events, per_shard)
        batches = self._admitted(events)
        self._desk.put(batches)
        return len(batches)

    def _admitted(self, events: Sequence[QueuedEvent]) -> Sequence[Batch]:
        batches = [
            batch
            for batch in batched(events, self._policy.batch_size)
            if batch.shard in self._holdings.active
        ]
        if self._judge.topic_is_down and len(batches) > _PROBES:
            return random.SystemRandom().sample(batches, _PROBES)
        return batches

    async def _publish(self) -> None:
        while True:
            batch = await self._desk.next()
            while not self._session.certain():  # noqa: ASYNC110 - time itself ends it
                await asyncio.sleep(_UNCERTAIN_SECONDS)
            # From the last look at the locks to the call nothing may be awaited.
            if self._desk.begin(batch):
                self._outcomes.put_nowait(await self._sent(batch))

    async def _sent(self, batch: Batch) -> _Outcome:
        sent = time.monotonic()
        try:
            async with asyncio.timeout(self._policy.publish_timeout):
                await self._publisher.publish([event.record for event in batch.events])
        except PublishError as error:
            return self._failed(batch, error.reason)
        except TimeoutError:
            return self._failed(batch, "DEADLINE_EXCEEDED")
        except Exception as fault:  # noqa: BLE001 - one event's fault must not stop the others
            return self._failed(batch, type(fault).__name__)
        # As it is now: of several that get through at the same time one brings the topic back.
        was_down = self._judge.topic_is_down
        self._judge.succeeded(batch.events, sent)
        self._figures.published(batch)
        if was_down:
            self._figures.topic(up=True)
            self._journal.info("relay_topic_up")
            self._wake.set()
        return _Outcome(batch)

    def _failed(self, batch: Batch, reason: str) -> _Outcome:
        was_down = self._judge.topic_is_down
        setback = self._judge.failed(batch.events[0], reason, time.monotonic())
        self._figures.failed(batch, setback)
        if self._judge.topic_is_down and not was_down:
            self._desk.drop(lambda _: True)
            self._figures.topic(up=False)
            self._journal.warning("relay_topic_down", reason=reason)
        return _Outcome(batch, setback)

    async def _record(self) -> None:
        while True:
            outcomes = [await self._outcomes.get()]
            while not self._outcomes.empty():
                outcomes.append(self._outcomes.get_nowait())
            await self._write(outcomes)
            for outcome in outcomes:
                self._settled(outcome)

    async def _write(self, outcomes: Sequence[_Outcome]) -> None:
        published = [
            event.id
            for outcome in outcomes
            if outcome.setback is None
            for event in outcome.batch.events
        ]
        if published:
            self._figures.counted(len(published))
            await self._session.mark_published(published)
        setbacks = [outcome.setback for outcome in outcomes if outcome.setback is not None]
        if setbacks:
            await self._session.postpone(setbacks)

    def _settled(self, outcome: _Outcome) -> None:
        batch, setback = outcome.batch, outcome.setback
        self._desk.finish(batch)
        if setback is None:
            return
        if not setback.parked:
            due = time.monotonic() + setback.wait_seconds + _AFTER_ITS_TIME
            self._marks.look_fully(batch.shard, due)
            return
        record = batch.events[0].record
        self._journal.warning(
            "outbox_event_parked",
            event_id=str(record.event_id),
            event_type=record.event_type,
            aggregate_id=str(record.aggregate_id),
            reason=setback.reason,
        )


def _lower(one: Mapping[int, int], other: Mapping[int, int]) -> Mapping[int, int]:
    both = one.keys() | other.keys()
    return {shard: min(ids[shard] for ids in (one, other) if shard in ids) for shard in both}


def _is_cut_short(events: Sequence[QueuedEvent], per_shard: int) -> bool:
    counts: dict[int, int] = {}
    for event in events:
        counts[event.shard] = counts.get(event.shard, 0) + 1
    return max(counts.values()) >= per_shard
