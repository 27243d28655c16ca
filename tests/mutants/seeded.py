"""All seeded bugs, each under a name of its own."""

from tests.mutants.seeded_arrivals import ARRIVALS
from tests.mutants.seeded_events import EVENTS
from tests.mutants.seeded_lives import LIVES

MUTANTS = (*ARRIVALS, *EVENTS, *LIVES)
