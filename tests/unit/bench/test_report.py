"""The page for people, the page in docs, and the file for programs."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bench import published, report
from bench.comparison import changes
from bench.gathered import MAIN, Gathered
from bench.noise import Noise
from bench.registry import activities, bars
from bench.result import Result, UnreadableResultError, read
from bench.sample import CPU, Measured, Sample
from bench.tables import wholes_table
from tests.unit.bench.samples import result, sample

GOOD = [
    sample("init_new", micros=700, p50=0.01, p95=0.02, p99=0.03),
    *(sample(part, micros=210) for part in ("empty_call", "bare_upsert", "signature")),
]
BAD = [sample("init_new", micros=2100, p50=0.01, p95=0.02, p99=0.03), *GOOD[1:]]


def alone(found: Result) -> Gathered:
    return Gathered({MAIN: found})


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(text)
    return parser.found


def test_the_page_has_plots_and_needs_nothing_from_anywhere() -> None:
    found = tags(report.page(alone(result(*GOOD))))
    assert sum(tag == "svg" for tag, _ in found) == 3
    assert [attributes for tag, attributes in found if tag in {"script", "link", "img"}] == []
    links = [
        value
        for _, attributes in found
        for name, value in attributes.items()
        if name in {"src", "href", "xlink:href"} and value and not value.startswith("#")
    ]
    assert links == []


def test_a_missed_bar_is_red() -> None:
    missed = re.search(r"<tr class='missed'>.*?</tr>", report.page(alone(result(*BAD))))
    assert missed is not None
    assert "init_new: CPU" in missed[0]


def names_in(text: str) -> set[str]:
    return {bar.name for bar in bars() if f"| {bar.name} |" in text}


def test_after_a_run_of_everything_no_bar_is_left_out() -> None:
    everything = result(*(sample(name) for name in activities()))
    assert names_in(published.markdown(alone(everything))) == {bar.name for bar in bars()}
    page = report.page(alone(everything))
    assert all(f">{bar.name}<" in page for bar in bars())


def test_after_a_run_of_some_there_are_their_bars_alone() -> None:
    about = {bar.name for bar in bars() if bar.scenario == "init_new"}
    assert names_in(published.markdown(alone(result(*GOOD)))) == about
    assert "relay: drain" not in report.page(alone(result(*GOOD)))


def test_what_a_bare_whole_costs_stands_beside_the_sum_of_its_parts() -> None:
    found = alone(result(*GOOD, sample("bare_init", micros=882)))
    text = published.markdown(found)
    parts = "empty_call + bare_upsert + signature"
    told = f"| bare_init | {parts} | 1.40 x | 882 us | 630 us | 1.25 x | over the bar |"
    assert told in text
    assert "<td class='t'>1.40 x</td>" in report.page(found)
    assert wholes_table(result(*GOOD)).row_count == 0
    assert report.WHOLES_HEAD not in published.markdown(alone(result(*GOOD)))


def test_a_bare_whole_that_failed_says_so() -> None:
    failed = Sample("bare_init", 1, Measured(1000, 1.0, 0.5, errors=2))
    assert "| 1.25 x | 2 errors |" in published.markdown(alone(result(*GOOD, failed)))


def test_a_met_bar_is_not_red() -> None:
    assert "<tr class='missed'>" not in report.page(alone(result(*GOOD)))


def test_noise_is_told_at_the_top() -> None:
    noisy = replace(result(*GOOD), noise=Noise(0.3, 0.5, 4.0))
    text = report.page(alone(noisy))
    assert text.index("hypervisor took 30%") < text.index("<h2>Bars</h2>")


def test_text_from_outside_is_escaped() -> None:
    odd = result(*GOOD, machine={"machine": "<script>alert(1)</script>"})
    assert "<script>" not in report.page(alone(odd))


def test_an_earlier_run_stands_beside_this_one() -> None:
    then = result(*(replace(each, round=n) for each in GOOD for n in (1, 2)))
    now = result(*(replace(each, round=n) for each in BAD for n in (1, 2)))
    found = changes(then, now)
    (worse,) = [each for each in found if each.activity == "init_new" and each.figure == CPU]
    assert worse.factor == pytest.approx(3)
    assert worse.certain
    assert worse.worse
    assert "3.00 x" in report.page(alone(now), found)


def test_one_round_proves_no_change() -> None:
    assert not any(each.certain for each in changes(result(*GOOD), result(*BAD)))


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "latest.json"
    result(*GOOD).write(file)
    assert replace(read(file), samples=tuple(read(file).samples)) == result(*GOOD)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 99}'])
def test_what_is_no_result_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "some.json"
    file.write_text(text)
    with pytest.raises(UnreadableResultError):
        read(file)


def test_the_page_in_docs_says_where_and_how_and_marks_what_is_missed() -> None:
    text = published.markdown(
        alone(result(*BAD, machine={"machine": "two cores", "grpcio": "1.85.1"}))
    )
    assert "| machine | two cores |" in text
    assert "| grpcio | 1.85.1 |" in text
    assert "`make bench`" in text
    assert re.search(r"\| init_new: CPU \|.*\| \*\*missed\*\* \|", text)


def test_the_raw_runs_are_published_beside_the_page(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    published.publish(Gathered({"latest": result(*GOOD), "held": result(*BAD)}), page)
    linked = re.findall(r"\]\((performance/\w+\.json)\)", page.read_text("utf-8"))
    kept = [tuple(read(tmp_path / link).samples) for link in linked]
    assert kept == [result(*GOOD).samples, result(*BAD).samples]


def test_without_a_run_the_page_has_its_rows_and_no_figures() -> None:
    text = published.markdown(Gathered())
    assert text.count("| not measured |") == len(bars())
