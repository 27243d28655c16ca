"""The scenario of a held snapshot counts what was offered, committed and published."""

from bench.scenarios.held_reads import unrelated_reads
from bench.scenarios.held_work import PER_SECOND, written_and_relayed


async def test_all_that_is_offered_is_committed_and_published(database: str) -> None:
    told = await written_and_relayed(dsn=database, seconds=0.5)
    assert told["errors"] == 0
    numbers, latencies = told["numbers"], told["latencies"]
    assert isinstance(numbers, dict)
    assert isinstance(latencies, dict)
    assert numbers["committed, events"] == 0.5 * PER_SECOND
    assert 0 <= latencies["p50"] <= latencies["p99"]
    assert {"p50 of the last 30 s, ms", "p99 of the last 30 s, ms"} <= numbers.keys()


async def test_reads_and_statements_without_a_table_are_timed_apart_of_each_server(
    database: str,
) -> None:
    told = await unrelated_reads(dsns=[database, database], seconds=0.5)
    each = told["each"]
    assert isinstance(each, list)
    assert len(each) == 2
    assert all(one.keys() == {"reads", "nothings", "cpu"} for one in each)
    assert all(one["reads"].keys() == {"p50", "p95", "p99"} for one in each)
