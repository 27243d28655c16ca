"""Bugs in how uploads begin and end, in what is deleted, and in how workers stop."""

from tests.mutants.mutant import Edit, Mutant

_UPLOADS = "catalog/adapters/postgres/sql/uploads.sql"
_CONFLICTS = "tests/integration/postgres/test_init_conflicts.py"
_OBJECTS = "tests/contract/test_object_store.py"
_AGAIN = "tests/contract/test_store_init_again.py"
_SWEEPS = "tests/unit/application/test_sweep_bucket.py"

CONFLICT_TARGET_ON_INIT = Mutant(
    name="conflict-target-on-init",
    why="With a target, an Init that meets the other unique index fails instead of finding a row.",
    edits=(
        Edit(
            _UPLOADS,
            "ON CONFLICT DO NOTHING",
            "ON CONFLICT (user_id, content_md5) DO NOTHING",
        ),
    ),
    tests=(
        f"{_CONFLICTS}::test_whichever_unique_index_an_init_meets_it_only_makes_nothing",
        f"{_CONFLICTS}::test_an_init_waits_for_one_that_is_under_way_and_then_makes_nothing",
    ),
)

DEADLINE_MOVES_EARLIER = Mutant(
    name="deadline-moves-earlier",
    why="A session that may still deliver is taken for over after another Init of its upload.",
    edits=(
        Edit(
            _UPLOADS,
            """\
        session_expires_at = greatest(session_expires_at, now() + :session_life),
        version = version + 1
    WHERE upload_id = :upload_id AND version = :version AND status IN ('pending', 'uploading')
""",
            """\
        session_expires_at = now() + :session_life,
        version = version + 1
    WHERE upload_id = :upload_id AND version = :version AND status IN ('pending', 'uploading')
""",
        ),
    ),
    tests=(f"{_AGAIN}::test_the_session_deadline_never_moves_earlier[postgres-renew]",),
)

REAPER_WITHOUT_A_LOOK = Mutant(
    name="reaper-without-a-look",
    why="An upload whose notification was lost expires although its bytes are there.",
    edits=(
        Edit(
            "catalog/application/reap_sessions.py",
            "stored = await self.objects.stat(upload.ref)",
            "stored = None",
        ),
    ),
    tests=(
        "tests/unit/application/test_reap_sessions.py::test_the_right_object_completes_it",
        "tests/integration/upkeep/test_deadlines.py::test_with_the_right_bytes_it_completes",
    ),
)

DELETE_WITHOUT_GENERATION = Mutant(
    name="delete-without-generation",
    why="The deletion of a refused object hits the right one that has taken its name since.",
    edits=(
        Edit(
            "catalog/adapters/gcs/object_store.py",
            "                generation=generation,\n",
            "",
        ),
    ),
    tests=(
        f"{_OBJECTS}::test_deleting_an_older_generation_leaves_the_live_one[gcs]",
        f"{_OBJECTS}::test_deleting_a_generation_that_never_was_leaves_the_live_one[gcs]",
    ),
)

ORPHAN_GUARD_IGNORED = Mutant(
    name="orphan-guard-ignored",
    why="A restored backup or a wrong database makes orphans of everything, and all is deleted.",
    edits=(
        Edit(
            "catalog/domain/sweep.py",
            "return orphans > self.max_fraction * objects",
            "return False",
        ),
    ),
    tests=(
        f"{_SWEEPS}::test_too_many_orphans_are_not_believed",
        f"{_SWEEPS}::test_a_bucket_without_a_row_ends_the_walk_early",
    ),
)

SWALLOWED_CANCELLATION = Mutant(
    name="swallowed-cancellation",
    why="A worker that is cancelled while it rests goes on: its process never ends in time.",
    edits=(
        Edit(
            "catalog/application/worker.py",
            "contextlib.suppress(TimeoutError)",
            "contextlib.suppress(TimeoutError, asyncio.CancelledError)",
        ),
    ),
    tests=("tests/unit/application/test_worker.py::test_a_worker_that_is_cancelled_at_rest_ends",),
)

LIVES = (
    CONFLICT_TARGET_ON_INIT,
    DEADLINE_MOVES_EARLIER,
    REAPER_WITHOUT_A_LOOK,
    DELETE_WITHOUT_GENERATION,
    ORPHAN_GUARD_IGNORED,
    SWALLOWED_CANCELLATION,
)
