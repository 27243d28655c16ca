"""How the demo shows what it found."""

from dataclasses import asdict

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from catalog.client.messages import Upload, Video
from catalog.devstack.record import Record


def show_upload(upload: Upload, console: Console) -> None:
    """The upload as GetUpload answers it."""
    console.rule("GetUpload")
    _show_fields(asdict(upload), console)


def show_video(video: Video, console: Console) -> None:
    """The video as GetVideo answers it."""
    console.rule("GetVideo")
    _show_fields(asdict(video), console)


def show_outbox(record: Record, console: Console) -> None:
    """The events that wait to be published."""
    console.rule("Outbox")
    table = _table("event", "of", "at", "bytes", "state")
    for event in record.outbox:
        state = "published" if event.published else "waiting"
        at = f"{event.occurred_at:%H:%M:%S.%f}"[:-3]
        _add(table, event.event_type, event.aggregate, at, str(event.size_bytes), state)
    console.print(table)


def show_history(record: Record, console: Console) -> None:
    """The upload's story, oldest line first."""
    console.rule("History")
    table = _table("at", "who", "asked", "decided", "detail")
    for line in record.history:
        detail = ", ".join(f"{name}={value}" for name, value in line.detail.items())
        at = f"{line.at:%H:%M:%S.%f}"[:-3]
        _add(table, at, line.actor, line.request, line.decision, detail)
    console.print(table)


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
