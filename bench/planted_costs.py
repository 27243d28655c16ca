"""Costs that can be planted, and the rows that must show them."""

from dataclasses import dataclass

from tests.mutants.mutant import Edit

_INIT = "catalog/application/init_resumable_upload.py"


@dataclass(frozen=True, slots=True)
class Planted:
    """A cost, and the row that must show it: one that chance has no part in."""

    name: str
    why: str
    edits: tuple[Edit, ...]
    scenario: str
    row: str
    by_errors: bool = False
    """True where what the row counts is told as errors, too."""
    options: tuple[str, ...] = ()
    """Of `bench run`."""


PLANTED = (
    Planted(
        "extra-round-trip",
        "Init asks the database something before it writes.",
        (
            Edit(
                _INIT,
                "                made = await statements.uploads.insert_by_user_md5(facts, _MADE)\n"
                "            if made is not None:\n",
                "                user, md5 = facts.user_id, facts.md5\n"
                "                await statements.uploads.find_by_user_md5(user, md5)\n"
                "                made = await statements.uploads.insert_by_user_md5(facts, _MADE)\n"
                "            if made is not None:\n",
            ),
        ),
        "counted_init_new",
        "init_new: round trips",
    ),
    Planted(
        "second-signature",
        "Init signs its URL twice.",
        (
            Edit(
                _INIT,
                "        start = await self.signer.signed_resumable_init_url(",
                "        await self.signer.signed_resumable_init_url(\n"
                "            upload.ref, upload.content_type, at\n"
                "        )\n"
                "        start = await self.signer.signed_resumable_init_url(",
            ),
        ),
        "counted_init_new",
        "init_new: signatures",
    ),
    Planted(
        "missing-index",
        "Uploads have no index by their id, nor one by their owner to fall back on.",
        (
            Edit(
                "migrations/008_count_what_clients_report.sql",
                "SET LOCAL statement_timeout = '60s';\n",
                "SET LOCAL statement_timeout = '60s';\n"
                "ALTER TABLE catalog.uploads DROP CONSTRAINT uploads_pkey CASCADE;\n"
                "ALTER TABLE catalog.uploads DROP CONSTRAINT uploads_user_md5_key;\n",
            ),
        ),
        "grown_plans",
        "grown: plans",
        by_errors=True,
        options=("--large", "100000"),
    ),
    Planted(
        "missing-index-of-lists",
        "Uploads have no index by their owner and age.",
        (
            Edit(
                "migrations/009_index_uploads_by_user.sql",
                "CREATE INDEX uploads_by_user\n"
                "ON catalog.uploads (user_id, created_at DESC, upload_id DESC);\n",
                "SELECT 1;\n",
            ),
        ),
        "grown_plans",
        "grown: plans",
        by_errors=True,
        options=("--large", "100000"),
    ),
)
