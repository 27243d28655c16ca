"""No delete ever hits an object that an upload completed with."""

from tests.support.upkeep_site import Site
from tests.torture.upkeep_races import races


async def test_three_hundred_races_delete_no_live_object(site: Site) -> None:
    raced = await races(site, 300, seed=8)
    assert raced.races == 300
    assert raced.live_objects_deleted == 0
    assert raced.completed_without_object == 0
    # Neither side won them all, or nothing was raced.
    assert raced.completed_in_races > 60
    assert raced.deletes_in_races > 60
