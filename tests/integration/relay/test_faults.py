"""Relays as processes, one of them killed and one stopped while events are written."""

from pathlib import Path

from tests.torture import relay_faults


async def test_killed_and_stopped_relays_are_replaced_and_nothing_is_lost_or_out_of_order(
    database: str, tmp_path: Path
) -> None:
    figures = await relay_faults.run(database, tmp_path, events=300, faults=2, per_second=60)
    assert (figures.events, figures.faults) == (300, 2)
