"""Bugs between a change and the topic that is told of it."""

from tests.mutants.mutant import Edit, Mutant

_SQL = "catalog/adapters/postgres/sql"
_FINALIZE = "catalog/application/finalize_upload.py"
_INBOX = "catalog/adapters/postgres/inbox.py"
_SESSIONS = "tests/contract/test_relay_session.py"
_ORDER = "tests/integration/postgres/test_event_order.py"
_RACES = "tests/integration/postgres/test_completion_races.py"
_LATE = "tests/integration/relay/test_late_commits.py"
_HORIZON = "tests/unit/application/test_relay_marks.py::TestHorizon"

PUBLISH_BEFORE_COMMIT = Mutant(
    name="publish-before-commit",
    why="Events of a completion go out by themselves, also when the completion is rolled back.",
    edits=(
        Edit(
            _FINALIZE,
            "                applied = await statements.inbox.mark_completed(completion)\n",
            """\
                async with self.store.autocommit() as early:
                    await early.inbox.announce(completion.outbox)
                applied = await statements.inbox.mark_completed(completion)
""",
        ),
        Edit(_FINALIZE, "outbox=len(completion.outbox)", "outbox=0"),
        Edit(_INBOX, "**outbox_values(completion.outbox)", "**outbox_values(())"),
        Edit(
            _INBOX,
            "    async def mark_failed(",
            """\
    async def announce(self, events):
        await self._connection.run(_SQL["announce"], **outbox_values(events))

    async def mark_failed(""",
        ),
        Edit(
            f"{_SQL}/inbox.sql",
            "-- mark_unknown --\n",
            """\
-- announce --
WITH changed AS (SELECT 1), announced AS (
    @events_of_changed
)
SELECT count(*) FROM announced

-- mark_unknown --
""",
        ),
    ),
    tests=(
        f"{_ORDER}::test_a_completion_that_is_taken_back_has_announced_nothing",
        f"{_RACES}::test_a_tombstone_that_comes_in_between_is_the_last_word",
    ),
)

CURSOR_BY_ID = Mutant(
    name="cursor-by-id",
    why="A relay that goes on behind the highest id passes over what commits late below it.",
    edits=(
        Edit(
            "catalog/application/relay_marks.py",
            "        self._drawn = standing.highest_id\n",
            "        self.id = self._drawn = standing.highest_id\n",
        ),
    ),
    tests=(
        f"{_LATE}::test_what_commits_below_ids_that_are_published_is_found_by_the_next_look",
        f"{_HORIZON}::test_an_id_counts_once_all_that_wrote_a_while_after_it_have_ended",
    ),
)

OUTBOX_ID_DRAWN_EARLY = Mutant(
    name="outbox-id-drawn-early",
    why="Ids drawn before the upload's lock are not in the order of the upload's changes.",
    edits=(
        Edit(
            f"{_SQL}/inbox.sql",
            "WITH claim AS (\n",
            """\
WITH drawn AS MATERIALIZED (
    SELECT set_config(
        'catalog.early', nextval('catalog.outbox_events_id_seq')::text, true
    ) AS id
), claim AS (
""",
        ),
        Edit(
            f"{_SQL}/inbox.sql",
            "AND EXISTS (SELECT 1 FROM claim)\n",
            "AND EXISTS (SELECT 1 FROM claim) AND EXISTS (SELECT 1 FROM drawn)\n",
        ),
        Edit(
            f"{_SQL}/fragments.sql",
            """\
    event_id, aggregate_type, aggregate_id, event_type, payload, headers, occurred_at
)
SELECT
""",
            """\
    id, event_id, aggregate_type, aggregate_id, event_type, payload, headers, occurred_at
)
OVERRIDING SYSTEM VALUE
SELECT
    CASE WHEN e.event_id = :event_id_1::uuid AND current_setting('catalog.early', true) <> ''
        THEN current_setting('catalog.early', true)::bigint
        ELSE nextval('catalog.outbox_events_id_seq')
    END,
""",
        ),
    ),
    tests=(f"{_ORDER}::test_an_event_is_numbered_after_those_that_its_upload_had_meanwhile",),
)

LATER_EVENTS_PASS = Mutant(
    name="later-events-pass",
    why="A relay delivers later events of an upload while an earlier one waits or is parked.",
    edits=(
        Edit(
            f"{_SQL}/outbox.sql",
            """
                    OR earlier.parked_at IS NOT NULL
                    OR earlier.available_at > now()
""",
            "\n",
        ),
    ),
    tests=(
        f"{_SESSIONS}::test_an_event_that_waits_holds_back_its_aggregate_alone[postgres]",
        f"{_SESSIONS}::test_a_parked_event_holds_back_its_aggregate_alone[postgres]",
    ),
)

EVENTS = (PUBLISH_BEFORE_COMMIT, CURSOR_BY_ID, OUTBOX_ID_DRAWN_EARLY, LATER_EVENTS_PASS)
