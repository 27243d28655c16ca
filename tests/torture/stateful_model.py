"""The model against the real system, in its large size."""

import pytest

from tests.integration.model.machine import run
from tests.integration.model.site import Site, opened
from tests.support.emptied_database import shared_database
from tests.torture.figures import Figures

__all__ = ["shared_database"]

EXAMPLES = 2_000
STEPS = 12


@pytest.mark.timeout(1800)
def test_two_thousand_stories_go_as_the_model_says(shared_database: str, figures: Figures) -> None:
    with opened(shared_database) as site:
        run(site, examples=EXAMPLES, steps=STEPS)
        measured(site, figures)


def measured(site: Site, figures: Figures) -> None:
    assert site.examples >= EXAMPLES
    figures.record(
        11,
        "stateful model, calls and upkeep in any order, lines to PostgreSQL cut anywhere",
        examples=site.examples,
        steps=site.steps,
        crashes=site.crashes,
    )
