"""`catalog upload`: a file to Catalog, resumed where an earlier run stopped."""

from dataclasses import asdict
from pathlib import Path
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
from catalog.cli.failures import INTERRUPTED, CliError
from catalog.cli.output import show
from catalog.cli.running import run_async


def upload(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    *,
    video_id: Annotated[
        str,
        typer.Option(
            "--video-id",
            metavar="UUID",
            help="The video this is the file of. Otherwise one is created.",
            show_default=False,
        ),
    ] = "",
    content_type: Annotated[
        str,
        typer.Option(
            "--content-type",
            metavar="TYPE",
            help="Media type. Otherwise that of the extension.",
            show_default=False,
        ),
    ] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Wait until Catalog has confirmed the upload.")
    ] = False,
    server: ServerOption = "",
    user_id: UserOption = "",
    as_json: JsonOption = False,
) -> None:
    """Upload a file. The same command again resumes an upload that was interrupted."""
    try:
        result = run_async(
            _upload(
                file,
                server_or_default(server),
                required_user(user_id),
                content_type=content_type,
                video_id=video_id,
                watch=watch,
            )
        )
    except KeyboardInterrupt:
        raise CliError(
            "interrupted; run the same command again to go on where it stopped",
            exit_code=INTERRUPTED,
        ) from None
    show(result, as_json=as_json)


async def _upload(
    file: Path, server: str, user_id: str, *, content_type: str, video_id: str, watch: bool
) -> dict[str, object]:
    # Heavy, and --help must be quick.
    from catalog.cli.progress_bar import ProgressBar  # noqa: PLC0415
    from catalog.client import CatalogClient, Uploader, UploadOptions  # noqa: PLC0415

    options = UploadOptions(content_type=content_type, video_id=video_id, watch=watch)
    async with CatalogClient(server, user_id) as client:
        uploader = Uploader(client, state_dir=state_directory())
        with ProgressBar() as bar:
            return asdict(await uploader.upload(file, options, bar))
