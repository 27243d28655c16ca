"""`catalog get`: one upload as Catalog knows it."""

from dataclasses import asdict
from typing import Annotated

import typer

from catalog.cli.connection import (
    JsonOption,
    ServerOption,
    UserOption,
    required_user,
    server_or_default,
)
from catalog.cli.output import show
from catalog.cli.running import run_async


def get(
    upload_id: Annotated[str, typer.Argument(metavar="UPLOAD_ID", show_default=False)],
    server: ServerOption = "",
    user_id: UserOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show one upload."""
    found = run_async(_get(upload_id, server_or_default(server), required_user(user_id)))
    show(found, as_json=as_json)


async def _get(upload_id: str, server: str, user_id: str) -> dict[str, object]:
    from catalog.client import CatalogClient  # noqa: PLC0415 - heavy, and --help must be quick

    async with CatalogClient(server, user_id) as client:
        return asdict(await client.get_upload(upload_id))
