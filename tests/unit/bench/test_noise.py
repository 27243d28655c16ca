"""A noisy machine is told of, and so is a load generator that was the limit."""

from dataclasses import replace

from bench.bars import Bar
from bench.noise import Watch, capacity, warnings
from bench.sample import CPU, Measured, Sample
from bench.verdict import spreads
from tests.unit.bench.samples import QUIET, sample

BAR = Bar("init", "init_new", CPU, 1.25, ("signature",))


def asked(activity: str, *, server: float, generator: float) -> Sample:
    return Sample(activity, 1, Measured(4000, 1.0, server, generator_cpu_seconds=generator))


def test_a_quiet_machine_needs_no_warning() -> None:
    samples = [sample("signature", number, micros=500 + number) for number in (1, 2, 3)]
    assert warnings(QUIET, spreads(samples), [BAR]) == []


def test_stolen_time_others_and_load_are_told_of() -> None:
    noisy = replace(QUIET, steal=0.1, foreign=0.4, load_before=3.0)
    told = " / ".join(warnings(noisy, {}, []))
    assert "hypervisor took 10%" in told
    assert "other processes took 40%" in told
    assert "load before we began (3.0 a core)" in told


def test_bare_parts_whose_rounds_are_far_apart_are_told_of() -> None:
    samples = [sample("signature", 1, micros=500), sample("signature", 2, micros=700)]
    assert warnings(QUIET, spreads(samples), [BAR]) == [
        "signature: rounds are 33% apart (cpu per operation)"
    ]


def test_a_generator_with_no_time_left_is_told_of() -> None:
    found = spreads([asked("empty_call", server=0.99, generator=0.95)])
    assert warnings(QUIET, found, []) == [
        "empty_call: the load generator was 95% busy: it is measured too"
    ]


def test_an_empty_server_that_was_not_kept_busy_is_told_of() -> None:
    found = spreads([asked("empty_call", server=0.5, generator=0.2)])
    assert warnings(QUIET, found, []) == [
        "empty_call: the server was only 50% busy: it was not the limit"
    ]


def test_the_generators_capacity_is_that_of_a_core_of_its_own() -> None:
    assert capacity(spreads([asked("empty_call", server=1.0, generator=0.25)]), "empty_call") == (
        16_000
    )


def test_a_watch_knows_its_own_work_from_that_of_others() -> None:
    watch = Watch()
    sum(number * number for number in range(300_000))
    noise = watch.noise()
    assert noise.foreign >= 0
    assert noise.steal >= 0
