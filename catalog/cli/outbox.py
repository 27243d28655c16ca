"""`catalog outbox`: events on their way out, and what to do about those that do not leave."""

import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast
from uuid import UUID

import typer

from catalog.cli.config_option import ConfOption
from catalog.cli.connection import JsonOption
from catalog.cli.failures import USAGE, CliError, say
from catalog.cli.operating import LimitOption, operate
from catalog.cli.output import show as show_values
from catalog.cli.raw_bytes import safe_text
from catalog.cli.tables import show_json, show_page

if TYPE_CHECKING:
    from catalog.application.operate_outbox import OperateOutbox
    from catalog.application.outbox_records import OutboxEntry, OutboxState

T = TypeVar("T")
app = typer.Typer(help="Events and their delivery.", no_args_is_help=True)
EventArgument = Annotated[str, typer.Argument(metavar="EVENT_ID", show_default=False)]


class State(StrEnum):
    """How far an event is."""

    WAITING = "waiting"
    PARKED = "parked"
    SKIPPED = "skipped"
    PUBLISHED = "published"
    ALL = "all"


@app.command("list")
def list_(
    state: Annotated[
        State | None,
        typer.Option(help="Otherwise those that wait or are parked.", show_default=False),
    ] = None,
    limit: LimitOption = 50,
    after: Annotated[
        int, typer.Option(metavar="ID", min=0, help="Go on behind this row.", show_default=False)
    ] = 0,
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List events in the order they were announced."""

    async def work(outbox: "OperateOutbox") -> "list[OutboxEntry]":
        if state is None:
            return list(await outbox.unsettled(after, limit + 1))
        if state is State.ALL:
            return list(await outbox.page(None, after, limit + 1))
        wanted = cast("OutboxState", state.value)
        return list(await outbox.page(wanted, after, limit + 1))

    found = _operate(conf, work)
    if state is None and not found and not as_json:
        say("catalog: no event waits or is parked; --state all lists the others")
        return
    columns = ("id", "occurred_at", "event_type", "event_id", "state", "attempts", "reason")
    show_page("events", columns, [_facts(each) for each in found], limit, "id", as_json=as_json)


@app.command("show")
def show(event_id: EventArgument, conf: ConfOption = None, as_json: JsonOption = False) -> None:
    """Show one event with its payload, decoded."""
    wanted = _parsed(event_id)
    _show(_operate(conf, lambda outbox: outbox.show(wanted)), as_json=as_json)


@app.command("redrive")
def redrive(
    event_id: Annotated[str, typer.Argument(metavar="[EVENT_ID]", show_default=False)] = "",
    everything: Annotated[bool, typer.Option("--all", help="All that are parked.")] = False,
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a parked event be delivered after all, and those that it holds back behind it."""
    if bool(event_id) is everything:
        raise CliError("give one EVENT_ID, or --all", exit_code=USAGE)
    if everything:
        number = _operate(conf, lambda outbox: outbox.redrive_all())
        show_values({"redriven": number}, as_json=as_json)
        return
    wanted = _parsed(event_id)
    _show_state(_operate(conf, lambda outbox: outbox.redrive(wanted)), as_json=as_json)


@app.command("skip")
def skip(event_id: EventArgument, conf: ConfOption = None, as_json: JsonOption = False) -> None:
    """Give a parked event up for ever: it is never published, and holds back nothing any more."""
    wanted = _parsed(event_id)
    _show_state(_operate(conf, lambda outbox: outbox.skip(wanted)), as_json=as_json)


def _show(entry: "OutboxEntry", *, as_json: bool) -> None:
    from catalog.adapters.pubsub.readable_events import readable_event  # noqa: PLC0415 - heavy

    record, facts = entry.record, _facts(entry)
    decoded = readable_event(record.event_type, record.payload)
    if as_json:
        raw = {} if decoded is not None else {"payload_hex": record.payload.hex()}
        show_json(facts | {"headers": dict(record.headers), "payload": decoded} | raw)
        return
    show_values({name: value or "" for name, value in facts.items()}, as_json=False)
    typer.echo("\nheaders")
    show_values(dict(record.headers), as_json=False)
    typer.echo("\npayload")
    typer.echo(safe_text(record.payload).text if decoded is None else json.dumps(decoded, indent=2))


def _show_state(entry: "OutboxEntry", *, as_json: bool) -> None:
    facts = _facts(entry)
    if as_json:
        show_json(facts)
    else:
        typer.echo(f"{facts['event_type']} {facts['event_id']} is {facts['state']} now")


def _facts(entry: "OutboxEntry") -> dict[str, object]:
    record = entry.record
    return {
        "id": entry.id,
        "event_id": str(record.event_id),
        "event_type": record.event_type,
        "aggregate_type": record.aggregate_type,
        "aggregate_id": str(record.aggregate_id),
        "state": entry.state,
        "occurred_at": record.occurred_at.isoformat(timespec="milliseconds"),
        "available_at": entry.available_at.isoformat(timespec="milliseconds"),
        "published_at": entry.published_at.isoformat() if entry.published_at else None,
        "parked_at": entry.parked_at.isoformat() if entry.parked_at else None,
        "skipped_at": entry.skipped_at.isoformat() if entry.skipped_at else None,
        "attempts": entry.attempts,
        "reason": entry.last_error,
        "payload_bytes": len(record.payload),
    }


def _parsed(event_id: str) -> UUID:
    try:
        return UUID(event_id)
    except ValueError:
        raise CliError("EVENT_ID must be a UUID", exit_code=USAGE) from None


def _operate(conf: Path | None, work: Callable[["OperateOutbox"], Awaitable[T]]) -> T:
    from catalog.application.operate_outbox import (  # noqa: PLC0415 - --help must be quick
        EventNotFoundError,
        EventNotParkedError,
        OperateOutbox,
    )

    try:
        return operate(conf, lambda store, _config: work(OperateOutbox(store)))
    except (EventNotFoundError, EventNotParkedError) as error:
        raise CliError(str(error)) from None
