"""Events as parameters: two places, filled from the first one on."""

import pytest

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import outbox_values
from tests.support.outbox import an_outbox_record


def test_events_take_their_places_in_their_order() -> None:
    first, second = an_outbox_record(), an_outbox_record()
    values = outbox_values([first, second])
    assert (values["event_id_1"], values["event_id_2"]) == (first.event_id, second.event_id)
    assert (values["payload_1"], values["payload_2"]) == (first.payload, second.payload)


@pytest.mark.parametrize("events", [0, 1])
def test_places_that_no_event_takes_are_empty(events: int) -> None:
    values = outbox_values([an_outbox_record() for _ in range(events)])
    empty = {name for name, value in values.items() if value is None}
    assert empty == {name for name in values if int(name[-1]) > events}


def test_a_third_event_is_refused_and_not_lost() -> None:
    with pytest.raises(ValueError, match="two"):
        outbox_values([an_outbox_record() for _ in range(3)])


def test_every_place_is_a_parameter_of_what_announces() -> None:
    announcing = load("inbox.sql")["mark_completed"].parameters
    assert set(outbox_values([])) <= set(announcing)
