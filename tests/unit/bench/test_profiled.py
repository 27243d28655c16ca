"""Who is watched is who is loaded."""

from types import SimpleNamespace
from typing import cast

import pytest

from bench.profiled import process_of, read_stacks
from bench.registry import activities
from bench.stage import Stage

SERVICE, WHOLE = 11, 12


async def _whole() -> SimpleNamespace:
    return SimpleNamespace(pid=WHOLE)


@pytest.mark.parametrize(
    ("name", "watched"),
    [
        ("init_new", SERVICE),
        ("callback_new", SERVICE),
        ("bare_init", WHOLE),
        ("bare_push", WHOLE),
    ],
)
async def test_the_service_is_watched_or_the_bare_whole(name: str, watched: int) -> None:
    service = SimpleNamespace(process=SimpleNamespace(pid=SERVICE))
    stage = cast("Stage", SimpleNamespace(service=service, whole=_whole))
    assert await process_of(stage, activities()[name]) == watched


def test_what_a_bare_whole_prepares_is_no_part_of_its_profile() -> None:
    seen = "f (a.py:1);BarePush.answer (bench/bare/whole.py:70) 2\n"
    prepared = "f (a.py:1);BarePush.prepare (bench/bare/whole.py:60);md5 (b.py:1) 9\n"
    assert read_stacks(prepared + seen) == {
        ("f (a.py)", "BarePush.answer (bench/bare/whole.py)"): 2
    }
