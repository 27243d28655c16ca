"""Bugs in how the news of a stored object are taken."""

from tests.mutants.mutant import Edit, Mutant

_SQL = "catalog/adapters/postgres/sql"
_INBOX = f"{_SQL}/inbox.sql"
_CLAIMS = "tests/contract/test_store_claim.py"
_LOCKS = "tests/integration/postgres/test_claim_locks.py"
_RACES = "tests/integration/postgres/test_completion_races.py"
_DEADLINES = "tests/integration/upkeep/test_deadlines.py"
_COMPLETION = "tests/contract/test_store_completion.py"

NO_DEDUP_KEY = Mutant(
    name="no-dedup-key",
    why="Every delivery of the same object is claimed and worked on as if it were the first.",
    edits=(
        Edit(
            _INBOX,
            "\n    WHERE inbox_events.outcome IN ('quarantined', 'unknown_object')\n",
            "\n",
        ),
    ),
    tests=(
        f"{_CLAIMS}::test_the_same_generation_is_lost_whatever_the_message[postgres]",
        f"{_CLAIMS}::test_fifty_claims_at_once_have_one_winner[postgres]",
        f"{_CLAIMS}::test_a_decided_event_is_not_claimable_again[postgres]",
    ),
)

_ONE_OF_THIS_MESSAGE = "starts_with({0}dedup_key, :dedup_key) AND {0}outcome IS NULL"

DEDUP_ON_MESSAGE_ID = Mutant(
    name="dedup-on-message-id",
    why="Pub/Sub may tell of one object under several message ids; each would count as news.",
    edits=(
        Edit(
            _INBOX,
            "VALUES ('gcs', :dedup_key, :message_id, :payload, :actor)",
            "VALUES (\n"
            "        'gcs', :dedup_key::text || coalesce('/' || :message_id::text, ''),\n"
            "        :message_id, :payload, :actor\n"
            "    )",
        ),
        Edit(
            _INBOX,
            "WHERE source = 'gcs' AND dedup_key = :dedup_key\n    RETURNING 1",
            f"WHERE source = 'gcs' AND {_ONE_OF_THIS_MESSAGE.format('')}\n    RETURNING 1",
        ),
        Edit(
            f"{_SQL}/fragments.sql",
            "WHERE i.source = 'gcs' AND i.dedup_key = :dedup_key",
            f"WHERE i.source = 'gcs' AND {_ONE_OF_THIS_MESSAGE.format('i.')}",
        ),
    ),
    tests=(
        f"{_CLAIMS}::test_the_same_generation_is_lost_whatever_the_message[postgres]",
        f"{_RACES}::test_fifty_news_of_one_object_at_once_are_one_completion",
    ),
)

LOCK_ORDER_REVERSED = Mutant(
    name="lock-order-reversed",
    why="A claim that locks the upload before the inbox deadlocks with one that is under way.",
    edits=(Edit(_INBOX, " AND EXISTS (SELECT 1 FROM claim)\n", "\n"),),
    tests=(
        f"{_LOCKS}::test_whoever_waits_for_the_upload_holds_the_inbox_already",
        f"{_LOCKS}::test_whoever_waits_for_the_inbox_holds_no_upload",
    ),
)

NO_TOMBSTONE_CHECK = Mutant(
    name="no-tombstone-check",
    why="An upload completes with an object that somebody has just decided to delete.",
    edits=(
        Edit(
            _INBOX,
            """\
        AND u.error_code IS DISTINCT FROM 'CANCELLED'
        AND NOT EXISTS (
            SELECT 1 FROM catalog.object_deletions AS d
            WHERE d.bucket = u.bucket AND d.object_name = u.object_name
                AND d.generation = :generation
        )
""",
            "        AND u.error_code IS DISTINCT FROM 'CANCELLED'\n",
        ),
    ),
    tests=(
        f"{_RACES}::test_a_tombstone_that_comes_in_between_is_the_last_word",
        f"{_COMPLETION}::test_a_buried_generation_completes_nothing[postgres]",
    ),
)

CANCELLED_OVERWRITTEN = Mutant(
    name="cancelled-overwritten",
    why="What its owner gave up completes all the same when the last bytes come late.",
    edits=(
        Edit(
            "catalog/domain/upload.py",
            "FINALIZE_RIGHT: _row(_COMPLETE, _COMPLETE, _REJECT, _IGNORE)",
            "FINALIZE_RIGHT: _row(_COMPLETE, _COMPLETE, _COMPLETE, _IGNORE)",
        ),
        Edit(_INBOX, "        AND u.error_code IS DISTINCT FROM 'CANCELLED'\n", ""),
    ),
    tests=(
        f"{_DEADLINES}::test_bytes_that_come_after_a_cancel_are_deleted_by_generation",
        f"{_DEADLINES}::test_so_they_are_after_a_cancel_of_what_had_failed",
    ),
)

ARRIVALS = (
    NO_DEDUP_KEY,
    DEDUP_ON_MESSAGE_ID,
    LOCK_ORDER_REVERSED,
    NO_TOMBSTONE_CHECK,
    CANCELLED_OVERWRITTEN,
)
