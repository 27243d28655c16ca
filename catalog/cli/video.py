"""`catalog video`: make a video that waits for its file, and see what became of it."""

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

app = typer.Typer(help="Create and show videos.", no_args_is_help=True)


@app.command("create")
def create(
    title: Annotated[str, typer.Argument(metavar="TITLE", show_default=False)],
    description: Annotated[str, typer.Option("--description", show_default=False)] = "",
    server: ServerOption = "",
    user_id: UserOption = "",
    as_json: JsonOption = False,
) -> None:
    """Create a video that waits for its file."""
    made = run_async(_create(title, description, server_or_default(server), required_user(user_id)))
    show(made, as_json=as_json)


@app.command("get")
def get(
    video_id: Annotated[str, typer.Argument(metavar="VIDEO_ID", show_default=False)],
    server: ServerOption = "",
    user_id: UserOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show one video."""
    found = run_async(_get(video_id, server_or_default(server), required_user(user_id)))
    show(found, as_json=as_json)


async def _create(title: str, description: str, server: str, user_id: str) -> dict[str, object]:
    from catalog.client import CatalogClient  # noqa: PLC0415 - heavy, and --help must be quick

    async with CatalogClient(server, user_id) as client:
        return asdict(await client.create_video(title, description))


async def _get(video_id: str, server: str, user_id: str) -> dict[str, object]:
    from catalog.client import CatalogClient  # noqa: PLC0415 - heavy, and --help must be quick

    async with CatalogClient(server, user_id) as client:
        return asdict(await client.get_video(video_id))
