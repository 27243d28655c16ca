"""Who is to blame when an event cannot be published, and how long it waits."""

from dataclasses import replace

from catalog.application.outbox_records import QueuedEvent, Setback
from catalog.application.relay_policy import RelayPolicy
from catalog.application.relay_setbacks import Judge
from tests.support.outbox import an_outbox_record

POLICY = RelayPolicy(max_attempts=3, backoff=1, backoff_max=4)


def an_event(attempts: int = 0) -> QueuedEvent:
    return QueuedEvent(1, 0, attempts, an_outbox_record())


def failed(judge: Judge, event: QueuedEvent, now: float = 0) -> Setback:
    return judge.failed(event, "UNAVAILABLE", now)


def test_a_failure_counts_and_the_last_one_parks() -> None:
    judge, event = Judge(POLICY), an_event()
    for attempts, parked in ((1, False), (2, False), (3, True)):
        setback = failed(judge, event)
        assert (setback.id, setback.reason) == (event.id, "UNAVAILABLE")
        assert (setback.attempts, setback.parked) == (attempts, parked)
        event = replace(event, attempts=setback.attempts)


def test_waits_are_anything_up_to_a_bound_that_doubles_until_its_limit() -> None:
    for attempts, bound in ((0, 1), (1, 2), (2, 4), (3, 4), (5_000, 4)):
        judge = Judge(replace(POLICY, max_attempts=10_000))
        event = an_event(attempts)
        waits = [failed(judge, event).wait_seconds for _ in range(200)]
        assert 0 <= min(waits) < bound * 0.2
        assert bound * 0.8 < max(waits) <= bound


def test_when_nothing_gets_through_it_is_the_topic_and_no_event_is_charged() -> None:
    judge = Judge(POLICY)
    charged = [failed(judge, an_event()).attempts for _ in range(20)]
    assert charged == [1] * 4 + [0] * 16
    assert judge.topic_is_down
    assert not any(failed(judge, an_event(attempts=2)).parked for _ in range(20))


def test_one_success_ends_an_outage() -> None:
    judge = Judge(POLICY)
    for _ in range(10):
        failed(judge, an_event())
    judge.succeeded([an_event()], 1)
    assert not judge.topic_is_down
    assert failed(judge, an_event(), 2).attempts == 1


def test_an_event_that_got_through_in_the_end_is_no_longer_to_blame() -> None:
    judge, events = Judge(POLICY), [an_event() for _ in range(5)]
    for event in events:
        failed(judge, event, 0)
    judge.succeeded(events, 1)
    for event in events:
        failed(judge, event, 2)
    assert judge.topic_is_down


def test_an_answer_that_was_long_on_the_way_takes_no_proof_back() -> None:
    judge, events = Judge(POLICY), [an_event() for _ in range(5)]
    for event in events:
        failed(judge, event, 1)
    for sent in (2, 0):
        judge.succeeded([an_event()], sent)
    for event in events:
        failed(judge, event, 3)
    assert not judge.topic_is_down


def test_one_bad_event_is_no_outage_however_often_it_fails() -> None:
    judge, event = Judge(replace(POLICY, max_attempts=100)), an_event()
    for _ in range(20):
        failed(judge, event)
    assert not judge.topic_is_down


def test_events_that_failed_while_others_got_through_are_bad_even_if_only_they_are_left() -> None:
    judge = Judge(POLICY)
    bad = [an_event() for _ in range(4)]
    for event in bad:
        failed(judge, event, 0)
    judge.succeeded([an_event()], 1)
    more = [an_event() for _ in range(4)]
    for event in more:
        failed(judge, event, 2)
    judge.succeeded([an_event()], 3)
    setbacks = [failed(judge, replace(event, attempts=2), 4) for event in (*bad, *more)]
    assert all(setback.parked for setback in setbacks)
    assert not judge.topic_is_down


def test_a_success_that_was_sent_before_the_failure_proves_nothing() -> None:
    judge, events = Judge(POLICY), [an_event() for _ in range(10)]
    for event in events:
        failed(judge, event, 5)
    judge.succeeded([an_event()], 4)
    assert not judge.topic_is_down
    for event in events:
        failed(judge, event, 6)
    assert judge.topic_is_down


def test_parked_events_are_no_sign_of_an_outage() -> None:
    judge = Judge(replace(POLICY, max_attempts=1))
    for _ in range(4):
        assert failed(judge, an_event()).parked
    assert failed(judge, an_event()).attempts == 1
    assert not judge.topic_is_down


def test_pauses_of_an_outage_grow_to_a_limit_and_start_anew_after_it() -> None:
    judge = Judge(POLICY)
    pauses = [judge.outage_pause() for _ in range(12)]
    assert pauses[0] <= 0.5
    assert all(1 <= pause <= 2 for pause in pauses[4:])
    judge.succeeded([an_event()], 0)
    assert judge.outage_pause() <= 0.5
