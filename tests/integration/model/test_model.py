"""The model in a size for every day."""

import pytest

from tests.integration.model.machine import run
from tests.integration.model.site import Site

ENOUGH, MORE_RUNS = 25, 8


@pytest.mark.timeout(600)
def test_the_system_does_what_the_model_says_wherever_the_line_breaks(site: Site) -> None:
    run(site, examples=100, steps=12)
    for _ in range(MORE_RUNS):
        if site.crashes <= ENOUGH:  # how often the line breaks is drawn as all else is
            run(site, examples=25, steps=12)
    assert site.crashes > ENOUGH, "hardly any line broke: the run shows little"
