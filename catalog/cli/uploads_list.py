"""`catalog list`: the uploads of a user, newest first."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.connection import (
    JsonOption,
    ServerOption,
    UserOption,
    required_user,
    server_or_default,
)
from catalog.cli.failures import say
from catalog.cli.running import run_async
from catalog.cli.tables import show_json, show_table

if TYPE_CHECKING:
    from catalog.client import Upload

DEFAULT_LIMIT = 50
_LARGEST_PAGE = 100
_HEADINGS = ("upload id", "status", "size bytes", "bytes reported", "created at", "filename")


def list_uploads(
    status: Annotated[
        str,
        typer.Option(
            "--status",
            metavar="STATUS",
            help="Only pending, uploading, completed or failed ones.",
            show_default=False,
        ),
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Show this many at most.")
    ] = DEFAULT_LIMIT,
    server: ServerOption = "",
    user_id: UserOption = "",
    as_json: JsonOption = False,
) -> None:
    """List uploads, newest first."""
    found, more = run_async(_list(status, limit, server_or_default(server), required_user(user_id)))
    if as_json:
        show_json({"uploads": [asdict(each) for each in found], "more": more})
        return
    if found:
        show_table(_HEADINGS, [_row(each) for each in found])
    else:
        say("catalog: no uploads")
    if more:
        say(f"catalog: there are more: --limit {limit * 2}")


async def _list(status: str, limit: int, server: str, user_id: str) -> tuple[list["Upload"], bool]:
    """So many uploads, and whether there are others behind them."""
    from catalog.client import CatalogClient  # noqa: PLC0415 - heavy, and --help must be quick

    found: list[Upload] = []
    # One more than is shown tells whether that was all.
    size = min(limit + 1, _LARGEST_PAGE)
    async with CatalogClient(server, user_id) as client:
        async for upload in client.every_upload(status=status, page_size=size):
            if len(found) == limit:
                return found, True
            found.append(upload)
    return found, False


def _row(upload: "Upload") -> tuple[object, ...]:
    return (
        upload.upload_id,
        f"{upload.status} {upload.error_code}".strip(),
        upload.size_bytes or "",
        upload.bytes_reported or "",
        datetime.fromtimestamp(upload.created_at_unixms / 1000, UTC),
        upload.filename,
    )
