"""The model in a size for every day."""

import pytest

from tests.integration.model.machine import run
from tests.integration.model.site import Site


@pytest.mark.timeout(600)
def test_the_system_does_what_the_model_says_wherever_the_line_breaks(site: Site) -> None:
    run(site, examples=100, steps=12)
    assert site.crashes > 25, "hardly any line broke: the run shows little"
