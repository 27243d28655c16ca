"""No delete ever hits an object that an upload completed with."""

from tests.support.upkeep_site import Site
from tests.torture.upkeep_races import races


async def test_three_hundred_races_delete_no_live_object(site: Site) -> None:
    figures = await races(site, 300, seed=8)
    assert figures.races == 300
    assert figures.live_objects_deleted == 0
    assert figures.completed_without_object == 0
    # Neither side won them all, or nothing was raced.
    assert figures.completed_in_races > 60
    assert figures.deletes_in_races > 60
