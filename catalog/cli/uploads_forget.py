"""`catalog uploads`: what operators do to single uploads."""

from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.config_option import ConfOption
from catalog.cli.connection import JsonOption
from catalog.cli.failures import CliError
from catalog.cli.operating import operate
from catalog.cli.output import show

if TYPE_CHECKING:
    from catalog.adapters.postgres.store import PostgresStore
    from catalog.domain.upload import Upload
    from catalog.runtime.config import Config

app = typer.Typer(help="Operations on single uploads.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `forget` a word of its own: a group of one command would swallow it."""


@app.command("forget")
def forget(
    upload_id: Annotated[str, typer.Argument(metavar="UPLOAD_ID", show_default=False)],
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget a completed upload whose object is gone, so that its owner can upload it again.

    Its video and its history stay; `catalog trace` still tells them.
    """
    from catalog.application.forget_upload import (  # noqa: PLC0415 - --help must be quick
        ForgetUpload,
        NotForgottenError,
    )
    from catalog.domain.errors import UploadNotFoundError  # noqa: PLC0415
    from catalog.runtime.sweeping import bucket_objects  # noqa: PLC0415 - heavy

    async def work(store: "PostgresStore", config: "Config") -> "Upload":
        async with bucket_objects(config) as objects:
            return await ForgetUpload(store, objects)(upload_id)

    try:
        forgotten = operate(conf, work)
    except UploadNotFoundError:
        raise CliError(f"no such upload: {upload_id}") from None
    except NotForgottenError as error:
        raise CliError(f"not forgotten: {error}") from None
    if as_json:
        generation = str(forgotten.generation)
        facts = {"forgotten": upload_id, "object": forgotten.ref.uri, "generation": generation}
        show(facts, as_json=True)
    else:
        typer.echo(f"forgot upload {upload_id} of {forgotten.ref.uri}; it can be uploaded again")
