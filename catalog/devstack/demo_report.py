"""How the demo shows what it found."""

from dataclasses import asdict
from datetime import datetime

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from catalog.application.trace_upload import UploadTrace
from catalog.client.messages import Upload, Video
from catalog.devstack.subscriber import ReceivedEvent


def show_upload(upload: Upload, console: Console) -> None:
    """The upload as GetUpload answers it."""
    console.rule("GetUpload")
    _show_fields(asdict(upload), console)


def show_video(video: Video, console: Console) -> None:
    """The video as GetVideo answers it."""
    console.rule("GetVideo")
    _show_fields(asdict(video), console)


def show_outbox(trace: UploadTrace, console: Console) -> None:
    """The events of the upload and its video, and whether they left."""
    console.rule("Outbox")
    table = _table("event", "of", "at", "bytes", "state")
    for event in trace.events:
        aggregate = f"{event.aggregate_type} {event.aggregate_id}"
        size, at = str(event.size_bytes), _clock(event.occurred_at)
        _add(table, event.event_type, aggregate, at, size, event.state)
    console.print(table)


def show_event(event: ReceivedEvent, console: Console) -> None:
    """The event as a subscriber received it."""
    console.rule("What a subscriber received")
    payload = {"ordering_key": event.ordering_key, "payload_bytes": event.size_bytes}
    _show_fields({**event.attributes, **payload}, console)


def show_story(trace: UploadTrace, console: Console) -> None:
    """What happened to the upload, oldest line first."""
    console.rule("The story (catalog trace)")
    table = _table("at", "who       did what, and what came of it")
    for line in trace.story:
        _add(table, _clock(line.at), "\n".join(line.spoken()))
    console.print(table)


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S.%f}"[:-3]


def _show_fields(fields: dict[str, object], console: Console) -> None:
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        if value not in ("", 0):
            console.print(
                f"  {name:<{width}}  {value}", markup=False, highlight=False, soft_wrap=True
            )


def _table(*headings: str) -> Table:
    """A table that breaks long cells rather than cutting them."""
    return Table(*(Column(heading, overflow="fold") for heading in headings), box=None)


def _add(table: Table, *cells: str) -> None:
    """A row that takes every cell as it is: a file's name may look like markup."""
    table.add_row(*map(Text, cells))
