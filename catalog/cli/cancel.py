"""`catalog cancel`: give an upload up."""

from dataclasses import asdict
from typing import Annotated

import typer

from catalog.cli.connection import (
    JsonOption,
    ServerOption,
    UserOption,
    required_user,
    server_or_default,
    state_directory,
)
from catalog.cli.output import show
from catalog.cli.running import run_async


def cancel(
    upload_id: Annotated[str, typer.Argument(metavar="UPLOAD_ID", show_default=False)],
    server: ServerOption = "",
    user_id: UserOption = "",
    as_json: JsonOption = False,
) -> None:
    """Give up an upload that is not completed. Uploading the file again begins anew."""
    ended = run_async(_cancel(upload_id, server_or_default(server), required_user(user_id)))
    show({"upload_id": upload_id, **ended}, as_json=as_json)


async def _cancel(upload_id: str, server: str, user_id: str) -> dict[str, object]:
    from catalog.client import CatalogClient, Uploader  # noqa: PLC0415 - heavy, --help is quick

    async with CatalogClient(server, user_id) as client:
        uploader = Uploader(client, state_dir=state_directory())
        return asdict(await uploader.cancel(upload_id))
