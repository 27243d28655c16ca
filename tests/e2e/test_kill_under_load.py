"""The service is killed -9 while people upload and pushes come one to five times, shuffled."""

from pathlib import Path

from tests.support.audit import Audit
from tests.torture import kill_service


async def test_three_hundred_uploads_outlive_two_kills(database: str, tmp_path: Path) -> None:
    # At most so fast that the last push comes after the last kill.
    result = await kill_service.run(
        database, tmp_path, uploads=300, kills=2, every=2.0, pushes_per_second=180
    )

    assert result.found == Audit()
    assert (result.uploads, result.kills) == (300, 2)
    assert result.settled <= kill_service.SETTLED_SECONDS
