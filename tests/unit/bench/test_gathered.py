"""Runs that are kept apart are read and judged together."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.activity import Activity
from bench.bars import Bar
from bench.gathered import Gathered, file_name, read_all, shown_with
from bench.noise import Noise
from bench.published import markdown
from bench.sample import CPU, Measured
from bench.stage import Stage
from bench.verdict import Verdict
from tests.unit.bench.samples import result, sample

BARS = [Bar("of the run", "init_new", CPU, 1.0, ("signature",)), Bar("apart", "slow", CPU, 1.0)]
RUN = result(sample("init_new", micros=200), sample("signature", micros=100))
APART = result(sample("slow", micros=50), sample("signature", micros=900))


async def measure(_stage: Stage, _seconds: float) -> Measured:
    return Measured(0, 0)


def test_each_row_is_of_the_run_that_measured_it() -> None:
    first, second = Gathered({"latest": RUN, "held": APART}).rows(BARS)
    assert first.ratio is not None
    assert first.verdict is Verdict.MISSED
    assert first.ratio.median == pytest.approx(2)
    assert second.verdict is Verdict.MET


def test_no_activity_has_figures_of_two_runs() -> None:
    found = Gathered({"latest": RUN, "held": APART}).spreads()
    assert found["signature"][CPU].rounds == 1
    assert found["signature"][CPU].median == pytest.approx(100e-6)
    assert "slow" in found


def test_noise_is_told_of_the_run_it_was_in() -> None:
    noisy = replace(APART, noise=Noise(0.3, 0.0, 0.0))
    said = Gathered({"latest": RUN, "held": noisy}).warnings(BARS)
    assert said == ["held: the hypervisor took 30% of the machine away"]


def test_each_run_says_where_it_was_and_how() -> None:
    there = replace(APART, machine={"cores": "2"}, command="make bench-held")
    heads, lines = Gathered({"latest": RUN, "held": there}).where()
    assert heads == ("where", "latest", "held")
    assert {("machine", "a quiet one", ""), ("cores", "", "2")} <= set(lines)
    assert ("command", "make bench", "make bench-held") in lines


def test_what_an_activity_tells_of_its_own_is_on_the_page() -> None:
    told = sample("init_new")
    told = replace(told, measured=replace(told.measured, numbers={"dead tuples at 60 s": 12_345}))
    assert "| init_new | dead tuples at 60 s | 12,345 |" in markdown(
        Gathered({"latest": result(told)})
    )


def test_only_files_of_ours_are_read(tmp_path: Path) -> None:
    RUN.write(tmp_path / "latest.json")
    APART.write(tmp_path / "held.json")
    (tmp_path / "other.json").write_text("{}")
    assert list(read_all(tmp_path).results) == ["latest", "held"]
    assert read_all(tmp_path / "nowhere").results == {}


@pytest.mark.parametrize(
    ("families", "name"),
    [
        (("bare", "held"), "held"),
        (("bare", "init", "get"), "latest"),
        (("bare", "init", "get", "held"), "latest"),
        (("bare", "init"), "chosen"),
        (("held", "init"), "chosen"),
    ],
)
def test_what_is_less_than_the_main_run_does_not_take_its_place(
    families: tuple[str, ...], name: str
) -> None:
    main = [Activity(each, each, "", measure) for each in ("bare", "init", "get")]
    assert file_name([Activity(each, each, "", measure) for each in families], main) == name


def test_a_run_of_some_is_shown_alone_and_any_other_with_all_that_is_kept(tmp_path: Path) -> None:
    RUN.write(tmp_path / "latest.json")
    APART.write(tmp_path / "held.json")
    page, gathered = shown_with("chosen", RUN, tmp_path)
    assert (page, list(gathered.results)) == ("chosen.html", ["chosen"])
    page, gathered = shown_with("held", APART, tmp_path)
    assert (page, list(gathered.results)) == ("latest.html", ["latest", "held"])
