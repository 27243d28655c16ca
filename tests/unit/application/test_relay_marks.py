"""From which id on a relay looks: never above an event that can still appear or go out."""

from collections.abc import Sequence

import pytest

from catalog.application.outbox_records import Standing
from catalog.application.relay_marks import Horizon, ShardMarks


def a_standing(highest: int, *, transaction: int = 0, running: Sequence[int] = ()) -> Standing:
    return Standing(1, frozenset(), frozenset(), highest, transaction, running)


class TestHorizon:
    def test_an_id_counts_once_all_that_wrote_a_while_after_it_have_ended(self) -> None:
        horizon = Horizon()
        horizon.observe(a_standing(10, transaction=100), 0)
        horizon.observe(a_standing(12, transaction=105), 1)
        assert horizon.id == 0
        horizon.observe(a_standing(20, transaction=110, running=[104, 106]), 2)
        assert horizon.id == 0
        horizon.observe(a_standing(30, transaction=115, running=[105, 106]), 3)
        assert horizon.id == 10

    def test_it_goes_on_behind_the_present(self) -> None:
        horizon, seen = Horizon(), []
        for beat in range(1, 8):
            horizon.observe(a_standing(beat * 10, transaction=beat), beat)
            seen.append(horizon.id)
        assert seen == [0, 0, 10, 20, 30, 40, 50]

    def test_a_transaction_that_takes_too_long_is_waited_for_no_longer(self) -> None:
        horizon, seen = Horizon(), []
        for second in range(36):
            standing = a_standing(10 + second, transaction=100 + second, running=[50])
            horizon.observe(standing, second)
            seen.append(horizon.id)
        assert seen[:31] == [0] * 31
        assert seen[31:] == [10, 40, 41, 42, 43]

    def test_one_that_began_later_is_waited_for_all_the_same(self) -> None:
        horizon = Horizon()
        for second in range(40):
            running = [50, 135] if second > 35 else [50]
            horizon.observe(
                a_standing(10 + second, transaction=100 + second, running=running), second
            )
        assert horizon.id == 44

    def test_ids_that_start_anew_are_all_in_view(self) -> None:
        horizon = Horizon()
        for beat in range(4):
            horizon.observe(a_standing(100, transaction=beat), beat)
        assert horizon.id == 100
        horizon.observe(a_standing(3, transaction=5), 5)
        assert horizon.id == 0


class TestShardMarks:
    def test_new_shards_are_looked_at_fully_some_at_a_time(self) -> None:
        marks = ShardMarks(5)
        marks.add(range(40), 0)
        seen: set[int] = set()
        for expected in (16, 32, 40):
            plan = marks.plan(0)
            new = {shard for shard, mark in plan.items() if mark == 0} - seen
            marks.learn(plan, 7, {}, 0)
            seen |= new
            assert len(seen) == expected
        assert set(marks.plan(0).values()) == {7}

    def test_a_mark_stays_below_everything_that_is_under_way(self) -> None:
        marks = ShardMarks(5)
        marks.add([1, 2], 0)
        marks.learn(marks.plan(0), 100, {1: 40}, 0)
        assert marks.plan(1) == {1: 39, 2: 100}
        marks.learn(marks.plan(1), 120, {1: 45}, 1)
        assert marks.plan(2) == {1: 44, 2: 120}

    def test_a_full_look_takes_a_mark_back_to_what_it_found(self) -> None:
        marks = ShardMarks(5)
        marks.add([1], 0)
        marks.learn(marks.plan(0), 100, {}, 0)
        marks.learn(marks.plan(6), 100, {1: 3}, 6)
        assert marks.plan(7) == {1: 2}

    def test_every_shard_has_its_full_look_now_and_then_or_when_asked_for(self) -> None:
        marks = ShardMarks(5)
        marks.add([1, 2], 0)
        marks.learn(marks.plan(0), 100, {}, 0)
        marks.look_fully(2, 3)
        marks.look_fully(2, 4)
        assert marks.next_full() == 3
        assert marks.plan(2.9) == {1: 100, 2: 100}
        assert marks.plan(3) == {1: 100, 2: 0}
        marks.learn(marks.plan(3), 100, {}, 3)
        assert marks.next_full() == 4
        assert marks.plan(4) == {1: 100, 2: 0}
        marks.learn(marks.plan(4), 100, {}, 4)
        assert marks.next_full() == 5
        assert marks.plan(5) == {1: 0, 2: 100}

    def test_full_looks_that_take_long_are_made_less_often(self) -> None:
        marks = ShardMarks(5)
        marks.add([1], 0)
        marks.learn(marks.plan(0), 100, {}, 0, took=0.02)
        assert marks.next_full() == 5
        marks.learn(marks.plan(5), 100, {}, 5, took=0.5)
        assert marks.next_full() == 45

    def test_a_shard_that_is_gone_is_not_looked_at(self) -> None:
        marks = ShardMarks(5)
        marks.add([1, 2], 0)
        plan = marks.plan(0)
        marks.remove([1])
        marks.learn(plan, 100, {}, 0)
        marks.look_fully(1, 0)
        assert marks.plan(9) == {2: 0}

    def test_what_is_asked_for_while_a_full_look_is_under_way_is_looked_at_after_it(self) -> None:
        marks = ShardMarks(3600)
        marks.add([1], 0)
        plan = marks.plan(0)
        marks.look_fully(1, 0.5)
        marks.learn(plan, 100, {}, 0)
        assert marks.plan(0.4) == {1: 100}
        assert marks.plan(0.5) == {1: 0}

    @pytest.mark.parametrize("horizon", [0, 10])
    def test_no_mark_is_above_the_horizon_or_below_nothing(self, horizon: int) -> None:
        marks = ShardMarks(5)
        marks.add([1], 0)
        marks.learn(marks.plan(0), horizon, {1: 1_000}, 0)
        assert marks.plan(1) == {1: horizon}
