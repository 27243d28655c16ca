"""`catalog trace`: everything that happened to one upload."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.application.tracing import trace_id
from catalog.cli.config_option import ConfOption
from catalog.cli.connection import JsonOption
from catalog.cli.failures import CliError, say
from catalog.cli.operating import operate
from catalog.cli.output import show
from catalog.cli.tables import show_json, show_table

if TYPE_CHECKING:
    from catalog.adapters.postgres.store import PostgresStore
    from catalog.application.trace_upload import UploadTrace
    from catalog.domain.upload import Upload
    from catalog.domain.video import Video
    from catalog.runtime.config import Config

_MOST_LINES = 100_000
StoryLimit = Annotated[
    int,
    typer.Option(
        "--limit", min=1, max=_MOST_LINES, help="At most so many lines of a kind, the newest."
    ),
]


def trace(
    upload_id: Annotated[str, typer.Argument(metavar="UPLOAD_ID", show_default=False)],
    limit: StoryLimit = 1000,
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell an upload's story: requests, pushes, decisions, deletions and events, oldest first.

    For operators: reads the database of DATABASE_URL, whoever owns the upload.
    """
    from catalog.application.trace_upload import TraceUpload  # noqa: PLC0415 - --help is quick
    from catalog.domain.errors import UploadNotFoundError  # noqa: PLC0415

    async def work(store: "PostgresStore", _config: "Config") -> "UploadTrace":
        return await TraceUpload(store)(upload_id, limit)

    try:
        found = operate(conf, work)
    except UploadNotFoundError:
        raise CliError(f"no such upload: {upload_id}, and no history of it") from None
    if as_json:
        show_json(spelled(found))
    else:
        _show(found, limit)


def spelled(found: "UploadTrace") -> dict[str, object]:
    """The trace as JSON has it."""
    return {
        "upload_id": str(found.upload_id),
        "upload": upload_facts(found.upload) if found.upload else None,
        "video": video_facts(found.video) if found.video else None,
        "story": [asdict(line) for line in found.story],
        "cut": found.cut,
    }


def upload_facts(upload: "Upload") -> dict[str, object]:
    """An upload as it stands."""
    return {
        "upload_id": str(upload.upload_id),
        "user_id": str(upload.user_id),
        "status": upload.status.value,
        "error_code": upload.error_code.value if upload.error_code else "",
        "error_message": upload.error_message or "",
        "attempt": upload.attempt,
        "version": upload.version,
        "filename": upload.filename,
        "content_type": upload.content_type,
        "object": upload.ref.uri,
        "generation": str(upload.generation or ""),
        "size_bytes": upload.size_bytes,
        "declared_size": upload.declared_size,
        "bytes_reported": upload.bytes_reported,
        "video_id": str(upload.video_id or ""),
        "created_at": upload.created_at.isoformat(),
        "updated_at": upload.updated_at.isoformat(),
        "session_expires_at": upload.session_expires_at.isoformat(),
        "completed_at": upload.completed_at.isoformat() if upload.completed_at else "",
        "trace_id": trace_id(upload.traceparent) if upload.traceparent else "",
    }


def video_facts(video: "Video") -> dict[str, object]:
    """A video as it stands."""
    return {
        "video_id": str(video.video_id),
        "title": video.title,
        "status": video.status.value,
        "version": video.version,
        "raw_file_reference": video.raw_file_reference or "",
    }


def _show(found: "UploadTrace", limit: int) -> None:
    if found.upload is None:
        typer.echo(f"upload {found.upload_id} is no more; its history is")
    else:
        show(upload_facts(found.upload), as_json=False)
    if found.video is not None:
        facts = video_facts(found.video)
        typer.echo()
        show({f"video_{name.removeprefix('video_')}": facts[name] for name in facts}, as_json=False)
    typer.echo()
    show_table(
        ("at (UTC)", "who       did what, and what came of it"),
        [(line.at, line.spoken()) for line in found.story],
    )
    if found.cut:
        say(f"catalog: older lines were left out: --limit {min(limit * 10, _MOST_LINES)}")
