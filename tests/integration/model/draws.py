"""What examples are made of: few values, so that they meet."""

from hypothesis import strategies as st

from tests.integration.model.rules import DAY, HOUR
from tests.integration.model.site import COMMIT, STATEMENT
from tests.support.proxy import Cut

FILES = st.sampled_from("ab")
KINDS = st.sampled_from(["right", "right", "right", "wrong", "composite", "huge"])
TITLES = st.sampled_from(["one.mp4", "two.mp4"])
FILMS = st.sampled_from([None, 0, 1])
TASKS = st.sampled_from(
    ["reap", "sweep bucket", "delete orphans", "sweep waiting", "delete", "prune"]
)
SPANS = st.sampled_from([HOUR, 2 * DAY, 8 * DAY, 9 * DAY, 35 * DAY])
CUTS = st.one_of(
    st.none(),
    st.none(),
    st.builds(Cut, st.integers(1, 7), st.booleans(), st.just(STATEMENT)),
    st.builds(Cut, st.integers(1, 3), st.booleans(), st.just(COMMIT)),
)
