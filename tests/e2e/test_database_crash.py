"""PostgreSQL crashes under load and comes back; the service goes on where it was."""

from pathlib import Path

from tests.support.audit import Audit
from tests.torture import crash_database


async def test_a_crash_loses_no_acknowledged_write_and_callers_hear_unavailable_alone(
    tmp_path: Path,
) -> None:
    result = await crash_database.run(tmp_path, crashes=1, every=1.2, durable=False)

    assert result.found == Audit()
    assert result.refused.keys() <= crash_database.ALLOWED
    # Not an idle line: the crash was noticed.
    assert result.refused.get("UNAVAILABLE")
    assert result.service_lived
