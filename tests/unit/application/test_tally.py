"""Counts, and why things were left as they are."""

from catalog.application.tally import Tally, spelled, spelled_in_full


def test_what_is_skipped_is_counted_apart_from_what_is_done() -> None:
    tally = Tally()
    tally.add("completed", 2)
    tally.add("kept")
    tally.skip("too_young", 3)
    assert tally.done == 3
    assert spelled(tally.counts) == {"completed": 2, "kept": 1, "skipped": {"too_young": 3}}


def test_nothing_leaves_no_trace() -> None:
    tally = Tally()
    tally.add("completed", 0)
    tally.skip("orphan", 0)
    assert tally.counts == {}
    assert tally["completed"] == 0
    assert spelled(tally.counts) == {"skipped": {}}
    assert spelled_in_full({}) == {"kept": 0, "completed": 0, "deleted": 0, "skipped": {}}


def test_what_was_skipped_and_is_done_after_all_is_not_shown_as_skipped() -> None:
    tally = Tally()
    tally.skip("orphan")
    tally.skip("orphan", -1)
    tally.add("deleted")
    assert spelled(tally.counts) == {"deleted": 1, "skipped": {}}
