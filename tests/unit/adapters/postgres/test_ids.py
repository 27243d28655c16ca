"""Ids that are drawn are random UUIDs like any other."""

import uuid

from catalog.adapters.postgres.ids import random_id


def test_an_id_is_a_random_uuid() -> None:
    for _ in range(100):
        drawn = random_id()
        assert (drawn.version, drawn.variant) == (4, uuid.RFC_4122)


def test_an_id_is_what_its_text_says() -> None:
    drawn = random_id()
    assert uuid.UUID(str(drawn)) == drawn
    assert hash(uuid.UUID(str(drawn))) == hash(drawn)


def test_all_its_other_bits_are_drawn() -> None:
    """In a thousand ids each of them is 0 at least once and 1 at least once."""
    drawn = [random_id().int for _ in range(1000)]
    ever, always = 0, ~0
    for each in drawn:
        ever, always = ever | each, always & each
    fixed = (0xF << 76) | (0x3 << 62)
    assert ever | fixed == (1 << 128) - 1
    assert always & ~fixed == 0
    assert len(set(drawn)) == len(drawn)
